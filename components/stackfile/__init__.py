"""Reading a stack file: `load(path)`, with every mistake at once."""

from components.stackfile.load import load
from components.stackfile.problem import Problem, StackFileError

__all__ = ["Problem", "StackFileError", "load"]
