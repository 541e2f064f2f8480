"""IAM of the emulated account: principals, required permissions and policy evaluation."""
