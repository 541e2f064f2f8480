"""Resource graph of a program: every resource, with its inputs resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Environments = dict[str, dict[str, Any]]
"""Outputs of environments by name, of those that were planned already."""


@dataclass(frozen=True)
class Registered:
    """One resource with resolved inputs and the options that matter."""

    urn: str
    type: str
    name: str
    parent: str
    """URN of the parent; for a resource without parent, URN of the stack."""
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    """Outputs, with its `id`."""
    made_of: Mapping[str, frozenset[str]]
    """URNs of the resources that each input depends on, by input name."""
    dependencies: frozenset[str]
    """URNs of resources that must be created before it, and of resources that must be deleted before it."""
    provider: str
    """Reference of its provider, `<urn>::<id>`; empty for the default of its package."""
    ignored_changes: tuple[str, ...]
    deleted_before_replaced: bool
    protected: bool
    retained: bool
    """True if the resource is retained when it is removed from the program."""
    aliases: tuple[str, ...]
    """Names that it had before."""
    timeouts: tuple[str, str]
    """Timeouts for create and update; empty for the provider's defaults."""
    secrets: frozenset[str]
    """Inputs that the engine encrypts in the state."""

    def __getitem__(self, path: str) -> Any:
        """An input by its path: `deployment["spec.template.spec.containers.0.args"]`."""
        value: Any = self.inputs
        for step in path.split("."):
            value = value[int(step) if isinstance(value, list) else step]
        return value


@dataclass
class Graph:
    """Every registered resource, in order."""

    resources: list[Registered] = field(default_factory=list[Registered])
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Outputs of each component, by URN."""

    @property
    def made(self) -> list[Registered]:
        """Resources in a cloud or a cluster; components and providers are in the state alone."""
        return [it for it in self.resources if not it.type.startswith(("gpu-cluster:", "pulumi:"))]

    def of(self, token: str) -> list[Registered]:
        """All resources of a type; the end of its token is enough: `Deployment`, `v1:Namespace`."""
        return [r for r in self.resources if r.type.replace("/", ":").endswith(f":{token}")]

    def only(self, token: str) -> Registered:
        """The one resource of a type."""
        [resource] = self.of(token)
        return resource

    def get(self, token: str, name: str) -> Registered:
        """The object of a type that Kubernetes knows by this name."""
        [resource] = [r for r in self.of(token) if r.inputs.get("metadata", {}).get("name") == name]
        return resource

    def waits_for(self, later: Registered, earlier: Registered) -> bool:
        """True if `later` is created after `earlier`, by its own dependencies or those of its parents."""
        by_urn = {r.urn: r for r in self.resources}
        seen: set[str] = set()
        ahead = [later.urn]
        while ahead:
            urn = ahead.pop()
            if urn == earlier.urn:
                return True
            if urn in by_urn and urn not in seen:
                seen.add(urn)
                ahead += [*by_urn[urn].dependencies, by_urn[urn].parent]
        return False
