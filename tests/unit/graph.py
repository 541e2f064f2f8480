"""A program run with a recording engine, for tests."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false
# Pulumi's mocks are untyped.

from collections.abc import Callable, Mapping
from typing import Any

from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks

from gpu_cluster.plan.graph import Graph
from gpu_cluster.plan.recorder import recorded

Lookup = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Result of a function, by its token and arguments."""


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
    return recorded(program, _Planned() if preview else _Echo(answers or {}, lookup), preview=preview)


class _Echo(Mocks):
    """Resources as requested; AWS resources also with a name and an ARN."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]], lookup: Lookup | None) -> None:
        self._answers, self._lookup = answers, lookup

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        named = {"name": f"{args.name}-1a2b3c4", "arn": f"arn:aws:test:::{args.name}"}
        known = named if args.typ.startswith("aws:") else {}
        uid = {"uid": f"{args.name}-uid"} if args.typ.startswith("kubernetes:") else {}
        metadata = {"metadata": args.inputs["metadata"] | uid} if "metadata" in args.inputs else {}
        return f"{args.name}-id", {
            **known,
            **args.inputs,
            **metadata,
            **self._answers.get(args.typ.rpartition(":")[2], {}),
        }

    def call(self, args: MockCallArgs) -> Any:
        if self._lookup is None:
            raise LookupError(args.token)  # components look nothing up: live values are arguments
        return self._lookup(args.token, dict(args.args))


class _Planned(Mocks):
    """Resources without an ID and other values that a cloud assigns."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "", dict(args.inputs)

    def call(self, args: MockCallArgs) -> Any:
        raise LookupError(args.token)
