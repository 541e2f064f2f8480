"""LazyTable reads its data on first use."""

from gpu_cluster.catalog.lazy_table import LazyTable


def test_lazy_table_is_read_once_on_first_use() -> None:
    reads: list[str] = []

    def read() -> dict[str, int]:
        reads.append("read")
        return {"a": 1, "b": 2}

    table = LazyTable(read)
    assert reads == []
    assert (table["a"], table.get("c"), list(table), len(table)) == (1, None, ["a", "b"], 2)
    assert reads == ["read"]
