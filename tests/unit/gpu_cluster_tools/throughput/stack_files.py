"""Folder of the project's stack files."""

from pathlib import Path

STACKS = Path(__file__).parents[4] / "stacks"
