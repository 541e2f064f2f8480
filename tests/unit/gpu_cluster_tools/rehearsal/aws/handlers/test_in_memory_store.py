import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import InMemoryStore


@pytest.fixture
def shelf() -> InMemoryStore:
    return InMemoryStore(lambda name: ApiError("NotFound", f"no {name}"))


def test_regions_know_nothing_of_each_other(shelf: InMemoryStore) -> None:
    shelf.put("here", "a", {"size": 1})

    assert shelf.all("here") == [{"size": 1}]
    assert shelf.all("there") == []
    with pytest.raises(ApiError, match="NotFound: no a"):
        shelf.get("there", "a")


def test_what_is_taken_is_gone(shelf: InMemoryStore) -> None:
    shelf.put("here", "a", {"size": 1})

    assert shelf.take("here", "a") == {"size": 1}
    assert not shelf.has("here", "a")


def test_all_or_those_that_are_named(shelf: InMemoryStore) -> None:
    for name in ("a", "b"):
        shelf.put("here", name, {"name": name})

    assert shelf.chosen("here", ["b"]) == [{"name": "b"}]
    assert len(shelf.chosen("here", None)) == 2
    with pytest.raises(ApiError):
        shelf.chosen("here", ["c"])
