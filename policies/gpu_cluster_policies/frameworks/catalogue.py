"""A catalogue of controls that auditors ask about."""

from collections.abc import Iterable
from dataclasses import dataclass

from gpu_cluster_policies.rule import Rule


@dataclass(frozen=True, slots=True)
class Control:
    id: str
    """As its source numbers it, such as 4.2.1."""

    title: str
    """Requirement, in a few words of our own."""

    rules: tuple[int, ...] = ()
    """Numbers of rules that are evidence for it beside those which refer to it."""

    elsewhere: str = ""
    """Evidence that no rule can give; empty where the rules are all of it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    title: str
    source: str
    date: str
    """Of the edition that the numbers are from: 2025-06-30, or as much of it as the source says."""

    prefix: str
    """How references of rules to it begin: `CIS` in `CIS 4.2.1`."""

    controls: tuple[Control, ...]
    scope: str = ""
    """Which part of it is here, and why the rest is not."""

    def evidence(self, control: Control, rules: Iterable[Rule]) -> list[Rule]:
        """The rules that speak for a control: by their references, or because the catalogue names them."""
        reference = f"{self.prefix} {control.id}"
        return [rule for rule in rules if rule.number in control.rules or reference in rule.references]
