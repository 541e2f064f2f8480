"""Access, permissions, repositories and budgets of teams in the AWS account."""
