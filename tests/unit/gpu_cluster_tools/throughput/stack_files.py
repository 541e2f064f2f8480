"""Where the stack files of the project are."""

from pathlib import Path

STACKS = Path(__file__).parents[4] / "stacks"
