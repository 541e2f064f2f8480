"""What sections of a stack demand of each other."""

from components.config.stack import Stack
from components.stackfile.problem import Finding, Keys


def crossed(stack: Stack, broken: frozenset[Keys]) -> list[Finding]:
    """Everything that is wrong between sections, with keys from the root of the file on.

    `broken` are entries that the file has and the stack lacks, for they have mistakes of their own: nothing is said
    about what refers to them.
    """
    return []
