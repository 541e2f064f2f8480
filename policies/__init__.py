"""Rules for what a stack creates, and a pack that runs them in Pulumi's engine."""

from components.unknown import UNKNOWN
from policies.file import PolicyFileError
from policies.pack import Pack, Report, pack_of
from policies.rule import Finding, Level, NotEvaluated, Rule
from policies.subject import Resource

__all__ = [
    "UNKNOWN",
    "Finding",
    "Level",
    "NotEvaluated",
    "Pack",
    "PolicyFileError",
    "Report",
    "Resource",
    "Rule",
    "pack_of",
]
