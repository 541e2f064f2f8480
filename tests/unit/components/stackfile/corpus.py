"""The stack files that tests read: happy ones, and wrong ones with their messages beside them."""

from pathlib import Path

PROJECT = Path(__file__).parents[4]
STACKS = PROJECT / "tests/stacks"
HAPPY = [*sorted(STACKS.glob("happy/*.yaml")), *sorted(PROJECT.glob("stacks/Pulumi.*.yaml"))]
ERRORS = sorted(STACKS.glob("errors/*.yaml"))
