"""What the engine asks of a provider, answered from the table of kinds and the emulated account."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from components.catalog.limits import automatic_name_problem
from rehearsal.aws.api import Api, ApiError
from rehearsal.aws.checks import problems
from rehearsal.aws.differences import differences, keep_words, with_computed
from rehearsal.aws.kind import Inputs, Kind, State
from rehearsal.aws.made import Made, remember
from rehearsal.aws.naming import observed
from rehearsal.aws.services import kind_of
from rehearsal.aws.wire import UNKNOWN, has_unknown

_DEFAULTS = "__defaults"  # where the inputs say which of them the provider chose


_UNFINISHED = "__unfinished"  # where the state says that the resource exists and is not all that it should be


class ProviderError(Exception):
    """What could not be done, to what, and why; fit to be shown as it is."""


class UnfinishedError(ProviderError):
    """A resource was created, and then something went wrong: it has to be in the state all the same."""

    def __init__(self, message: str, id: str) -> None:
        super().__init__(message)
        self.id = id


@dataclass(frozen=True)
class Change:
    """What a change of inputs does."""

    changed: Mapping[str, bool]
    """Property to whether it forces replacement."""

    delete_first: bool


@dataclass(frozen=True)
class Provider:
    """One configured provider.

    Provider(Api("http://127.0.0.1:20001", "eu-central-1"), default_tags={"team": "ml"})
    """

    api: Api
    default_tags: Mapping[str, str]

    def check(
        self, token: str, name: str, old: Inputs, new: Inputs, seed: bytes
    ) -> tuple[Inputs, list[tuple[str, str]]]:
        """The inputs with what the provider adds, and what is wrong with them as (property, words)."""
        kind = _kind(token)
        inputs = dict(kind.defaults) | {key: value for key, value in new.items() if key != _DEFAULTS}
        if "tags" in kind.properties.inputs and (tags := self._all_tags(inputs)):
            inputs["tags"] = tags
        if kind.names and kind.names.property not in inputs:
            chosen = kind.names.property
            was_chosen = chosen in old.get(_DEFAULTS, [])
            inputs[chosen] = old[chosen] if was_chosen else _auto_name(kind, name, seed)
            inputs[_DEFAULTS] = [chosen]
        return inputs, list(problems(kind, {key: inputs[key] for key in inputs if key != _DEFAULTS}))

    def diff(self, token: str, old: Inputs, new: Inputs) -> Change:
        kind = _kind(token)
        forced = set(kind.replaces(old, new)) if kind.replaces else set[str]()
        changed = {
            key: key in forced or not kind.updatable(key)
            for key in differences(old, new, kind.documents)
            if key != _DEFAULTS
        }
        fixed = kind.names and kind.names.property not in new.get(_DEFAULTS, [])
        same_name = bool(fixed) and kind.names is not None and kind.names.property not in changed
        return Change(
            changed, delete_first=any(changed.values()) and (same_name or kind.alone or kind.puts is not None)
        )

    def preview_create(self, token: str, inputs: Inputs) -> State:
        """What is known of a resource before it exists."""
        kind = _kind(token)
        outputs: dict[str, Any] = dict.fromkeys(kind.properties.outputs, UNKNOWN)
        known = outputs | _without_marks(inputs) | _tags_all(inputs)
        return with_computed(known, None, kind.computed)

    def preview_update(self, token: str, state: State, old: Inputs, new: Inputs) -> State:
        kind = _kind(token)
        changed = {*differences(old, new, kind.documents)} - {"tags"}
        renewed = kind.renewed if changed else ()
        return self._merged(kind, state, old, new) | dict.fromkeys(renewed, UNKNOWN)

    def create(self, token: str, inputs: Inputs) -> tuple[str, State]:
        kind, api = _kind(token), self._api(inputs)
        if has_unknown(dict(inputs)):
            raise ProviderError(f"creating {token}: a value is still unknown")
        with _told(f"creating {token}"):
            self._require(kind, api, inputs, inputs)
            given = _without_marks(inputs) | {"region": api.region}
            answer = api.call(kind.service, kind.create, **kind.arguments(given))
            id = kind.identify(given, answer)
            remember(Made(token, id, api.region, given))
        try:
            with _told(f"creating {token} {id}"):
                _finish(kind, api, id, inputs)
                return id, self._state(kind, api, id, _without_marks(inputs))
        except ProviderError as error:
            raise UnfinishedError(str(error), id) from error

    def unfinished(self, token: str, id: str, inputs: Inputs) -> State:
        """The state of a resource of which no more is known than that it was created."""
        known = _without_marks(inputs)
        found = self.read(token, id, known, known)
        return {**(found[0] if found else known), _UNFINISHED: True}

    def update(self, token: str, id: str, state: State, old: Inputs, new: Inputs) -> State:
        kind, api = _kind(token), self._api(new)
        inputs = _without_marks(new)
        changed = {key: new.get(key) for key in differences(old, new, kind.documents)}
        with _told(f"updating {token} {id}"):
            self._require(kind, api, new, changed)
            if is_unfinished(state):
                _finish(kind, api, id, new)
            for settle in kind.settled_by(changed):
                settle(api, id, inputs)
            if kind.puts is not None and changed.keys() - kind.setters.keys():
                api.call(kind.service, kind.create, **kind.arguments(inputs))
            if "tags" in changed and kind.retag:
                before, after = old.get("tags", {}), new.get("tags", {})
                kind.retag(api, id, state, after, sorted(before.keys() - after.keys()))
            return self._state(kind, api, id, self._merged(kind, state, old, new))

    def read(self, token: str, id: str, state: State, inputs: Inputs) -> tuple[State, Inputs] | None:
        """The state and inputs as the account has them now; None where it has no such resource."""
        kind, api = _kind(token), self._api(inputs or state)
        with _told(f"reading {token} {id}"):
            found = _observe(kind, api, id, state)
        if found is None:
            return None
        worded = keep_words(found, dict(inputs), kind.documents)
        names = inputs if inputs else kind.properties.inputs
        seen = {key: worded[key] for key in names if key in worded}
        return dict(state) | with_computed(worded, found, kind.computed), dict(inputs) | seen

    def delete(self, token: str, id: str, state: State) -> None:
        kind, api = _kind(token), self._api(state)
        with _told(f"deleting {token} {id}"):
            try:
                kind.delete(api, id, state)
            except ApiError as error:
                if not error.is_gone:
                    raise

    def _state(self, kind: Kind, api: Api, id: str, known: State) -> State:
        found = _observe(kind, api, id, known)
        if found is None:
            raise ApiError("NotFound", f"{id} does not exist after it was written")
        return dict(known) | with_computed(keep_words(found, known, kind.documents), found, kind.computed)

    def _merged(self, kind: Kind, state: State, old: Inputs, new: Inputs) -> dict[str, Any]:
        kept = {key: value for key, value in state.items() if key not in old and key != _UNFINISHED}
        return with_computed(kept | _without_marks(new) | _tags_all(new), state, kind.computed)

    def _api(self, inputs: Inputs) -> Api:
        return self.api.in_region(inputs.get("region") or self.api.region)

    def _all_tags(self, inputs: Inputs) -> Any:
        """The default tags and the resource's own; what is no map, or not known yet, as it is."""
        own = inputs.get("tags", {})
        return dict(self.default_tags) | own if isinstance(own, dict) else own  # pyright: ignore[reportUnknownVariableType]

    def _require(self, kind: Kind, api: Api, whole: Inputs, changed: Collection[str]) -> None:
        for name, require in kind.references.items():
            if name in whole and name in changed:
                require(api, whole[name])
        if kind.require:
            kind.require(api, whole)


def is_unfinished(state: State) -> bool:
    """Whether something went wrong after the resource was created."""
    return bool(state.get(_UNFINISHED))


def _finish(kind: Kind, api: Api, id: str, inputs: Inputs) -> None:
    """What the create operation does not do."""
    for settle in [*kind.always, *kind.settled_by(kind.late(inputs))]:
        settle(api, id, inputs)
    if kind.retag and kind.tags_late and inputs.get("tags"):
        kind.retag(api, id, inputs, inputs["tags"], [])


def secrets_of(token: str) -> frozenset[str]:
    """The properties of a type that are secret whatever the program says of them."""
    return _kind(token).secrets


def _kind(token: str) -> Kind:
    try:
        return kind_of(token)
    except KeyError:
        raise ProviderError(f"{token} has no emulation in rehearsal/aws") from None


def _observe(kind: Kind, api: Api, id: str, state: State) -> dict[str, Any] | None:
    try:
        answer = kind.read(api, id, state)
    except ApiError as error:
        if error.is_gone:
            return None
        raise
    if answer is None:
        return None
    renamed = answer | {name: answer[there] for name, there in kind.renames.items() if there in answer}
    found = observed(renamed, kind.properties.outputs)
    if "tags" in kind.properties.outputs:
        found["tagsAll"] = found.get("tags", {})
        if not found["tagsAll"] and "tags" not in state:
            found.pop("tags", None)
    if "region" in kind.properties.outputs:
        found["region"] = api.region
    return found


def _tags_all(inputs: Inputs) -> dict[str, Any]:
    return {"tagsAll": inputs["tags"]} if "tags" in inputs else {}


def _without_marks(inputs: Inputs) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if key != _DEFAULTS}


def _auto_name(kind: Kind, name: str, seed: bytes) -> str:
    """The resource's name in the program and seven random hex digits; an error where that is too long."""
    assert kind.names  # noqa: S101
    if problem := automatic_name_problem(kind.type, name):
        raise ProviderError(problem)
    suffix = f"-{hashlib.sha256(seed).hexdigest()[:7]}"
    return f"{kind.names.prefix}{name.lower() if kind.names.lower else name}{suffix}"


class _told:  # noqa: N801  # reads as a word of the with statement
    """Tell what was being done when the account refused."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ApiError):
            raise ProviderError(f"{self._doing}: {error}") from error
