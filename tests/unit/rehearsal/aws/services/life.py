"""Resources as a provider makes, changes and removes them."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import Provider, ProviderError

_NAMES = map("thing{}".format, itertools.count())


@dataclass
class Resource:
    """One that is read as it was written, or the test fails."""

    provider: Provider
    type: str
    given: dict[str, Any]
    inputs: dict[str, Any]
    id: str
    state: dict[str, Any]

    def __getitem__(self, output: str) -> Any:
        return self.state[output]

    def change(self, **inputs: Any) -> str:
        """Give it these inputs beside its own, None to drop one: it is `updated`, or to be `replaced`."""
        given = {name: value for name, value in (self.given | inputs).items() if value is not None}
        wanted, wrong = self.provider.check(self.type, "", self.inputs, given, b"")
        assert wrong == []
        change = self.provider.diff(self.type, self.inputs, wanted)
        assert change.changed
        if any(change.changed.values()):
            return "replaced"
        state = self.provider.update(self.type, self.id, self.state, self.inputs, wanted)
        self.given, self.inputs, self.state = given, dict(wanted), dict(state)
        self.stays()
        return "updated"

    def stays(self) -> None:
        """A refresh finds it as it is known."""
        found = self.provider.read(self.type, self.id, self.state, self.inputs)
        assert found is not None
        assert found == (self.state, self.inputs)

    def goes(self) -> None:
        self.provider.delete(self.type, self.id, self.state)
        assert self.provider.read(self.type, self.id, self.state, self.inputs) is None


def make(api: Api, type: str, **inputs: Any) -> Resource:
    provider, name = Provider(api, {"team": "platform"}), next(_NAMES)
    wanted, wrong = provider.check(type, name, {}, inputs, name.encode())
    assert wrong == []
    id, state = provider.create(type, wanted)
    made = Resource(provider, type, inputs, dict(wanted), id, dict(state))
    made.stays()
    return made


def mistakes(api: Api, type: str, **inputs: Any) -> list[str]:
    """What a preview says of inputs."""
    _, wrong = Provider(api, {}).check(type, "thing", {}, inputs, b"")
    return [f"{path}: {words}" for path, words in wrong]


def refusal(api: Api, type: str, **inputs: Any) -> str:
    """The words with which the account refuses what a preview lets pass."""
    with pytest.raises(ProviderError) as refused:
        make(api, type, **inputs)
    return str(refused.value).removeprefix(f"creating {type}: ")
