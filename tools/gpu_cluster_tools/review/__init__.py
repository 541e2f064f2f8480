"""What a reviewer decides on: the change of a plan, its cost, its findings and what it would replace."""
