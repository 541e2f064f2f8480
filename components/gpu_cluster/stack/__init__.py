"""Reading a stack file, with every mistake at once.

`load(path)` reads an environment's, `load_any(path)` a team's too.
"""

from gpu_cluster.stack.diagnostic import LocatedDiagnostic, StackFileError
from gpu_cluster.stack.load import environment_of, is_team_file, load, load_any

__all__ = ["LocatedDiagnostic", "StackFileError", "environment_of", "is_team_file", "load", "load_any"]
