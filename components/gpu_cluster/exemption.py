"""Exemptions: the rules that an object of a component cannot keep, each with its reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gpu_cluster.config.stack import Stack


def _always(_stack: Stack, _name: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Exemption:
    """A rule that objects of one component are exempt from.

    The component lists it in `EXEMPT`. It applies only to objects that the component renders from the stack
    file, exactly as rendered: a name or a namespace does not exempt an object.
    """

    rule: str
    """Id of the rule, such as 50-no-host-access."""

    kind: str
    """Kind of the object, or the Pulumi type of a cloud resource."""

    reason: str
    """Reason why the object cannot comply with the rule."""

    names: str = "*"
    """The objects of this kind, by name; * stands for any part."""

    when: Callable[[Stack, str], bool] = _always
    """The exemption holds for the object of this name in a stack if this is true."""

    def holds(self, stack: Stack, name: str) -> bool:
        return fnmatchcase(name, self.names) and self.when(stack, name)


def exemptions(kind: str, names: str, reasons: Mapping[str, str]) -> tuple[Exemption, ...]:
    """Exemptions of the same objects: the reason by rule."""
    return tuple(Exemption(rule, kind, reason, names) for rule, reason in reasons.items())
