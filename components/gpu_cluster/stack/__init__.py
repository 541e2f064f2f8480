"""Parsing and validation of stack files; all errors are reported at once.

`load(path)` reads the file of an environment, `load_any(path)` also that of a team.
"""

from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError
from gpu_cluster.stack.load import environment_of, is_team_file, load, load_any

__all__ = ["LocatedDiagnostic", "StackFileError", "environment_of", "is_team_file", "load", "load_any"]
