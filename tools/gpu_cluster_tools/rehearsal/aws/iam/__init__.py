"""IAM of the emulated account: who calls, what a call needs, and whether policies allow it."""
