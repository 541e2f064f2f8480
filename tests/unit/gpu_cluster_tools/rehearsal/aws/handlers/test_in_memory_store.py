import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import InMemoryStore


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore(lambda name: ApiError("NotFound", f"no {name}"))


def test_regions_are_separate(store: InMemoryStore) -> None:
    store.put("here", "a", {"size": 1})

    assert store.all("here") == [{"size": 1}]
    assert store.all("there") == []
    with pytest.raises(ApiError, match="NotFound: no a"):
        store.get("there", "a")


def test_taken_item_is_removed(store: InMemoryStore) -> None:
    store.put("here", "a", {"size": 1})

    assert store.take("here", "a") == {"size": 1}
    assert not store.has("here", "a")


def test_items_are_listed_all_or_by_name(store: InMemoryStore) -> None:
    for name in ("a", "b"):
        store.put("here", name, {"name": name})

    assert store.chosen("here", ["b"]) == [{"name": "b"}]
    assert len(store.chosen("here", None)) == 2
    with pytest.raises(ApiError):
        store.chosen("here", ["c"])
