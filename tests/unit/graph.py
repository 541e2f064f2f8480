"""What a program asked of the engine, once everything has settled."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# Pulumi's mocks are untyped.

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc, set_mocks
from pulumi.runtime.mocks import MockMonitor


@dataclass(frozen=True)
class Registered:
    """One resource with resolved inputs and the options that matter."""

    urn: str
    type: str
    name: str
    parent: str
    """URN of its parent; that of the stack for what has none."""
    inputs: dict[str, Any]
    dependencies: frozenset[str]
    """URNs of what it waits for, and of what waits for it to be gone."""
    provider: str
    """Reference of its provider, `<urn>::<id>`; empty for the default of its package."""
    ignored_changes: tuple[str, ...]
    deleted_before_replaced: bool
    protected: bool
    retained: bool
    """Whether it stays when it goes from the program."""
    aliases: tuple[str, ...]
    """Names that it had before."""
    timeouts: tuple[str, str]
    """For create and update; empty for the provider's own."""
    secrets: frozenset[str]
    """Inputs that the engine keeps encrypted."""

    def __getitem__(self, path: str) -> Any:
        """An input by its path: `deployment["spec.template.spec.containers.0.args"]`."""
        value: Any = self.inputs
        for step in path.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
        return value


@dataclass
class Graph:
    """Every registered resource, in order."""

    resources: list[Registered] = field(default_factory=list[Registered])
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What each component said of itself in the end, by URN."""

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
        """Whether `later` is made after `earlier`, by its own dependencies or those of its parents."""
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


Lookup = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""What a function answers, by its token and arguments."""


def graph_of(
    program: Callable[[], object],
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    lookup: Lookup | None = None,
    *,
    preview: bool = False,
) -> Graph:
    """Run a program against a recording engine until nothing is left to register.

    `answers`: what a cloud says of a resource beyond what it was asked for, by the end of its type's token.
    `lookup`: what a cloud says when it is asked; without it nothing may be asked.
    `preview`: the first of all, when of what is not there yet nothing is known but what it was asked for.
    """
    recorder = _Recorder(_Planned() if preview else _Echo(answers or {}, lookup))
    set_mocks(recorder.mocks, project="gpu-cluster", stack="test", preview=preview, monitor=recorder)
    pulumi.runtime.test(lambda: program() and None)()
    return recorder.graph


class _Recorder(MockMonitor):
    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.graph = Graph()

    def RegisterResource(self, request):  # noqa: N802
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object)
            self.graph.resources.append(
                Registered(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    inputs={key: _plain(rpc.unwrap_rpc_secret(value)) for key, value in inputs.items()},
                    dependencies=frozenset(request.dependencies),
                    provider=request.provider,
                    ignored_changes=tuple(request.ignoreChanges),
                    deleted_before_replaced=request.deleteBeforeReplace,
                    protected=request.protect,
                    retained=request.retainOnDelete,
                    aliases=tuple(map(str, request.aliases)),
                    timeouts=(request.customTimeouts.create, request.customTimeouts.update),
                    secrets=frozenset(key for key, value in inputs.items() if rpc.is_rpc_secret(value)),
                )
            )
        return response

    def RegisterResourceOutputs(self, request):  # noqa: N802
        self.graph.outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)


def _plain(value: Any) -> Any:
    """The wire knows only floating-point numbers; whole ones were integers."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


class _Echo(Mocks):
    """Resources come out as they were asked for; those of AWS with a name and an ARN besides."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]], lookup: Lookup | None) -> None:
        self._answers, self._lookup = answers, lookup

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        named = {"name": f"{args.name}-1a2b3c4", "arn": f"arn:aws:test:::{args.name}"}
        known = named if args.typ.startswith("aws:") else {}
        return f"{args.name}-id", {
            **known,
            **args.inputs,
            **self._answers.get(args.typ.rpartition(":")[2], {}),
        }

    def call(self, args: MockCallArgs) -> Any:
        if self._lookup is None:
            raise LookupError(args.token)  # a component looks nothing up: live values are arguments
        return self._lookup(args.token, dict(args.args))


class _Planned(Mocks):
    """Resources that have no id yet, nor anything else that a cloud gives them."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "", dict(args.inputs)

    def call(self, args: MockCallArgs) -> Any:
        raise LookupError(args.token)
