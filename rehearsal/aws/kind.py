"""An entry of the table of emulated resource types."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rehearsal.aws import sdk
from rehearsal.aws.api import Api, parameters_of
from rehearsal.aws.naming import member_of, to_service

Inputs = Mapping[str, Any]
State = Mapping[str, Any]
Answer = dict[str, Any]

Identify = Callable[[Inputs, Answer], str]
"""The id of what was created, from what was asked and what was answered."""

Read = Callable[[Api, str, State], Answer | None]
"""What the account says of a resource, under the engine's names, in any case; None if gone."""

Delete = Callable[[Api, str, State], object]

Set = Callable[[Api, str, Inputs], None]
"""Makes a resource that exists agree with its inputs in some properties."""

Retag = Callable[[Api, str, State, Mapping[str, str], list[str]], None]
"""Sets these tags of a resource, and removes those keys."""

Reference = Callable[[Api, Any], object]
"""Raises `ApiError` where the account does not have what a property names."""

Require = Callable[[Api, Inputs], object]
"""Raises `ApiError` where the account would let several properties pass that AWS refuses together."""


def provider_only(_api: Api, _id: str, _inputs: Inputs) -> None:
    """A `Set` of which the account never hears: it says what this provider does."""


@dataclass(frozen=True)
class AutoName:
    """How the provider names what the program leaves unnamed."""

    property: str = "name"
    prefix: str = ""
    lower: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one resource type is created, read, updated and deleted.

    A property that the create operation takes under the same name needs no mention. A property that nothing
    sets on a resource that exists forces replacement.
    """

    type: str
    service: str
    create: str
    """The operation, such as CreateVpc."""

    identify: Identify
    read: Read
    delete: Delete
    renames: Mapping[str, str] = field(default_factory=dict[str, str])
    """Property to parameter, where their names differ in more than case."""

    shape: Callable[[Inputs], Answer] | None = None
    """Parameters that take more than a rename."""

    shaped: frozenset[str] = frozenset()
    """The properties that `shape` reads."""

    setters: Mapping[str, Set] = field(default_factory=dict[str, Set])
    """Property to what sets it: after creation where the create operation does not take it, and on change."""

    takers: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Property to the operation and parameter that take it, where that is not the create operation."""

    always: tuple[Set, ...] = ()
    """What the provider does to every new resource, whatever its inputs."""

    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Inputs that the provider adds where the program gives none."""

    puts: frozenset[str] | None = None
    """For a create operation that also overwrites: the properties that name what it overwrites."""

    replaces: Callable[[Inputs, Inputs], Iterable[str]] | None = None
    """Properties that can change in place, but not from these inputs to those."""

    renewed: frozenset[str] = frozenset()
    """Outputs that an update may change, so that a preview does not know them."""

    computed: frozenset[str] = frozenset()
    """What the account adds inside of properties that are given: vpcConfig.vpcId."""

    alone: bool = False
    """Whether no two can stand side by side, so that a replacement deletes first."""

    retag: Retag | None = None
    tag_type: str | None = None
    """What EC2's TagSpecifications call the type."""

    names: AutoName | None = None
    secrets: frozenset[str] = frozenset()
    """Properties that are secret whatever the program says of them."""

    documents: frozenset[str] = frozenset()
    """Properties that hold JSON."""

    references: Mapping[str, Reference] = field(default_factory=dict[str, Reference])
    require: Require | None = None
    bounds: Mapping[str, range] = field(default_factory=dict[str, range])
    """What numbers may be where the service's model does not say; the end of each range included."""

    @cached_property
    def properties(self) -> sdk.Properties:
        return sdk.properties_of(self.type)

    def updatable(self, name: str) -> bool:
        """Whether a change of the property keeps the resource."""
        if name == "tags":
            return self.retag is not None
        if name == "region":
            return False
        return name in self.setters or (self.puts is not None and name not in self.puts)

    def parameter(self, name: str) -> str | None:
        """What the create operation calls a property, if it takes it as it is."""
        if name == "region" or name in self.shaped:
            return None
        return member_of(self._shape, self.renames.get(name, name))

    def parameter_shape(self, parameter: str) -> Any:
        return self._shape.members[parameter]

    def shape_of(self, name: str) -> Any:
        """The shape that a property has to have; None where the account never hears of it as it is."""
        if name in self.takers:
            operation, parameter = self.takers[name]
            return parameters_of(self.service, operation).members[parameter]
        parameter = self.parameter(name)
        return self.parameter_shape(parameter) if parameter else None

    def is_emulated(self, name: str) -> bool:
        """Whether an input has any effect."""
        return (
            name in ("region", "tags")
            or name in self.shaped
            or name in self.setters
            or bool(self.parameter(name))
        )

    def arguments(self, inputs: Inputs) -> Answer:
        """The create operation's parameters."""
        arguments = dict(self._direct(inputs))
        if self.tag_type and "TagSpecifications" in self._shape.members and inputs.get("tags"):
            pairs = [{"Key": key, "Value": value} for key, value in sorted(inputs["tags"].items())]
            arguments["TagSpecifications"] = [{"ResourceType": self.tag_type, "Tags": pairs}]
        return arguments | (self.shape(inputs) if self.shape else {})

    @property
    def tags_late(self) -> bool:
        """Whether the create operation takes no tags."""
        return "TagSpecifications" not in self._shape.members and self.parameter("tags") is None

    def settled_by(self, names: Inputs) -> list[Set]:
        """What sets these properties, each once."""
        return list(dict.fromkeys(self.setters[name] for name in names if name in self.setters))

    def late(self, inputs: Inputs) -> dict[str, Any]:
        """The inputs that are set after creation."""
        return {
            name: value for name, value in inputs.items() if name in self.setters and not self._early(name)
        }

    def _early(self, name: str) -> bool:
        return name in self.shaped or self.parameter(name) is not None

    def _direct(self, inputs: Inputs) -> Iterator[tuple[str, Any]]:
        for name, value in inputs.items():
            if parameter := self.parameter(name):
                yield parameter, to_service(value, self.parameter_shape(parameter))

    @cached_property
    def _shape(self) -> Any:
        return parameters_of(self.service, self.create)
