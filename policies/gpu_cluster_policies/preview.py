"""Updates, by `pulumi preview --json`, and states, by `pulumi stack export`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from gpu_cluster_policies.resources.resource import Resource, kind_of

_CHANGING = frozenset({"create", "update", "delete", "replace", "create-replacement", "delete-replaced"})
_REST = frozenset(
    {
        "same",
        "read",
        "read-replacement",
        "read-discard",
        "discard",
        "discard-replaced",
        "refresh",
        "import",
        "import-replacement",
        "remove-pending-replace",
    }
)
_IDLE = frozenset({"same", "read", "refresh"})
_REPLACING = frozenset(
    {
        "replace",
        "create-replacement",
        "delete-replaced",
        "discard-replaced",
        "read-replacement",
        "import-replacement",
    }
)
_COUNTED = ("create", "update", "delete", "replace")
"""Operations that the summary of a preview counts."""

_SEPARATORS = 3
"""`::` in a URN, at least."""


class PreviewError(Exception):
    """Text that is no preview, or one of an update that cannot be judged."""


@dataclass(frozen=True)
class Step:
    """Step of an update on a resource; a replacement has several steps."""

    kind: str
    """create, update, delete, replace, create-replacement, delete-replaced …"""

    urn: str
    before: Mapping[str, Any]
    """The resource as the engine knows it: inputs, outputs, provider, protect …; empty before it is there."""

    after: Mapping[str, Any]
    """New state of the resource; empty after a delete."""

    reasons: tuple[str, ...] = ()
    """Properties that cause the replacement."""

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        return self.urn.split("::", maxsplit=3)[3]

    @property
    def changes(self) -> bool:
        return self.kind not in _IDLE

    @property
    def replaces(self) -> bool:
        return self.kind in _REPLACING

    @property
    def provider(self) -> str:
        """URN of the provider; empty for a resource without one."""
        return str(self.before.get("provider") or "").rpartition("::")[0]

    @cached_property
    def resource(self) -> Resource:
        """Resource for rules: the old or the new state."""
        inputs: Any = (self.before or self.after).get("inputs") or {}
        return Resource(kind_of(self.type, inputs), inputs, self.name, urn=self.urn)


@dataclass(frozen=True)
class Preview:
    """The steps of an update, in the order in which the engine would take them."""

    steps: tuple[Step, ...]

    @property
    def stack(self) -> str | None:
        """Name of the stack; None where nothing is done, which names no stack."""
        return next((step.urn.partition("::")[0].removeprefix("urn:pulumi:") for step in self.steps), None)


def read_preview(text: str) -> Preview:
    """`PreviewError` if it is empty, truncated, another format, or from a failing update."""
    content = _object(text)
    if "deployment" in content:
        raise PreviewError("it is a state, the output of `pulumi stack export`")
    if failed := _errors(content):
        raise PreviewError("the preview failed, so its changes are unknown:\n" + "\n".join(failed))
    if "changeSummary" not in content and "steps" not in content:
        raise PreviewError(
            f"it has neither steps nor changeSummary; it has {', '.join(sorted(content)) or 'nothing'}"
        )
    steps = tuple(_step(each, index) for index, each in enumerate(_list(content, "steps")))
    _complete(steps, content)
    return Preview(steps)


def read_state(text: str) -> Preview:
    """A state, as steps that change nothing. `PreviewError` if it is not a state."""
    content = _object(text, "pulumi stack export")
    deployment: Any = content.get("deployment")
    if not isinstance(deployment, Mapping):
        raise PreviewError("it is not a state: it has no deployment")
    stored = _list(cast(Mapping[str, Any], deployment), "resources")
    return Preview(tuple(_stored(each, index) for index, each in enumerate(stored)))


def _object(text: str, command: str = "pulumi preview --json") -> Mapping[str, Any]:
    if not text.strip():
        raise PreviewError(f"it is empty: did `{command}` fail?")
    try:
        content: Any = json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip()) - 1
        what = "it is truncated" if cut else f"it is not JSON: {error.msg}"
        raise PreviewError(f"{what}, at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise PreviewError("it is nested too deeply") from None
    except ValueError as error:  # a number with thousands of digits
        raise PreviewError(f"it is not JSON: {error}") from None
    if not isinstance(content, Mapping):
        raise PreviewError(f"expected an object with steps, got {type(content).__name__}")
    return cast(Mapping[str, Any], content)


def _list(content: Mapping[str, Any], key: str, above: str = "") -> list[Any]:
    found: Any = content.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise PreviewError(f"expected {above}{key} to be a list, got {type(found).__name__}")
    return cast(list[Any], found)


def _errors(content: Mapping[str, Any]) -> list[str]:
    said = [cast(dict[str, Any], each) for each in _list(content, "diagnostics") if isinstance(each, dict)]
    return [f"  {_words(each)}" for each in said if each.get("severity") == "error"]


def _words(diagnostic: Mapping[str, Any]) -> str:
    words = " ".join(str(diagnostic.get("message", "")).split())
    urn = str(diagnostic.get("urn") or "")
    return f"{urn.rpartition('::')[2]}: {words}" if urn else words


def _step(given: Any, index: int) -> Step:
    step = cast(dict[str, Any], given) if isinstance(given, dict) else dict[str, Any]()
    kind, urn = step.get("op"), step.get("urn")
    if not isinstance(kind, str) or not isinstance(urn, str) or not _is_urn(urn):
        raise PreviewError(f"steps[{index}] has no op and urn")
    if kind not in _CHANGING | _REST:
        raise PreviewError(f"steps[{index}] is '{kind}', an unknown operation")
    before, after = (_state(step, key, index) for key in ("oldState", "newState"))
    if (kind == "delete" or kind in _REPLACING) and not before and not after:
        raise PreviewError(f"steps[{index}] is '{kind}' and has no resource type")
    reasons = _list(step, "replaceReasons", f"steps[{index}].")
    return Step(kind, urn, before, after, tuple(map(str, reasons)))


def _state(step: Mapping[str, Any], key: str, index: int) -> Mapping[str, Any]:
    state = _map(step, key, f"steps[{index}].")
    _map(state, "inputs", f"steps[{index}].{key}.")
    return state


def _stored(given: Any, index: int) -> Step:
    place = f"deployment.resources[{index}]"
    urn: Any = cast(Mapping[str, Any], given).get("urn") if isinstance(given, Mapping) else None
    if not isinstance(urn, str) or not _is_urn(urn):
        raise PreviewError(f"{place} has no urn")
    resource = cast(Mapping[str, Any], given)
    _map(resource, "inputs", f"{place}.")
    return Step("same", urn, resource, resource)


def _is_urn(text: str) -> bool:
    """Whether it has stack, project, types and name."""
    return text.count("::") >= _SEPARATORS


def _map(content: Mapping[str, Any], key: str, above: str) -> Mapping[str, Any]:
    """An object of the document; empty if it is absent."""
    found: Any = content.get(key) or {}
    if not isinstance(found, Mapping):
        raise PreviewError(f"expected {above}{key} to be an object, got {type(found).__name__}")
    return cast(Mapping[str, Any], found)


def _complete(steps: tuple[Step, ...], content: Mapping[str, Any]) -> None:
    """Fail where the summary counts more of anything than there are steps: some have been left out."""
    counted: Any = content.get("changeSummary")
    summary = cast(dict[str, Any], counted) if isinstance(counted, dict) else dict[str, Any]()
    found = Counter(step.kind for step in steps)
    for kind in _COUNTED:
        told = summary.get(kind, 0)
        if isinstance(told, int) and told > found[kind]:
            raise PreviewError(
                f"it is incomplete: changeSummary counts {told} of '{kind}', steps have {found[kind]}"
            )
