"""Reading a stack file, with every mistake at once.

`load(path)` reads an environment's, `load_any(path)` a team's too.
"""

from components.stackfile.load import environment_of, is_team_file, load, load_any
from components.stackfile.problem import Problem, StackFileError

__all__ = ["Problem", "StackFileError", "environment_of", "is_team_file", "load", "load_any"]
