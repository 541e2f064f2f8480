"""The stack files that tests read: happy ones, and wrong ones with their messages beside them."""

from pathlib import Path

PROJECT = Path(__file__).parents[4]
STACKS = PROJECT / "tests/stacks"
_OWN = sorted(PROJECT.glob("stacks/Pulumi.*.yaml"))
TEAMS_OWN = [path for path in _OWN if "gpu-cluster:team:" in path.read_text()]
"""Stack files of teams, in the folder of their environments."""

HAPPY = [*sorted(STACKS.glob("happy/*.yaml")), *(path for path in _OWN if path not in TEAMS_OWN)]
ERRORS = sorted(STACKS.glob("errors/*.yaml"))
