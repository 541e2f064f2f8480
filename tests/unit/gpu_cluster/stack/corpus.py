"""Stack files for tests: valid ones, and invalid ones with their expected messages."""

from pathlib import Path

PROJECT = Path(__file__).parents[4]
STACKS = PROJECT / "tests/stacks"
_OWN = sorted(PROJECT.glob("stacks/Pulumi.*.yaml"))
TEAMS_OWN = [path for path in _OWN if "gpu-cluster:team:" in path.read_text()]
"""Team stack files in the folder of the environments."""

HAPPY = [*sorted(STACKS.glob("happy/*.yaml")), *(path for path in _OWN if path not in TEAMS_OWN)]
ERRORS = sorted(STACKS.glob("errors/*.yaml"))
