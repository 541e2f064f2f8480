"""A catalogue of controls that auditors ask about."""

from collections.abc import Iterable
from dataclasses import dataclass

from gpu_cluster_policies.rule import Rule


@dataclass(frozen=True, slots=True)
class Control:
    id: str
    """Number in the source, such as 4.2.1."""

    title: str
    """Requirement, in a few words of our own."""

    rules: tuple[int, ...] = ()
    """Numbers of rules that are evidence for it, in addition to rules that refer to it."""

    elsewhere: str = ""
    """Evidence that no rule can give; empty where the rules are all of it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    title: str
    source: str
    date: str
    """Date of the edition with these numbers: 2025-06-30, or the part of the date that the source states."""

    prefix: str
    """Prefix of references of rules to it: `CIS` in `CIS 4.2.1`."""

    controls: tuple[Control, ...]
    scope: str = ""
    """Scope of the included controls, and the reason why the others are missing."""

    def evidence(self, control: Control, rules: Iterable[Rule]) -> list[Rule]:
        """The rules that speak for a control: by their references, or because the catalogue names them."""
        reference = f"{self.prefix} {control.id}"
        return [rule for rule in rules if rule.number in control.rules or reference in rule.references]
