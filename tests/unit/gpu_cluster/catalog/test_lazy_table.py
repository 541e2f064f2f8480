"""Tables that are read when they are first used."""

import subprocess
import sys

from gpu_cluster.catalog.lazy_table import LazyTable


def test_a_table_is_read_once_and_not_before_it_is_used() -> None:
    reads: list[str] = []

    def read() -> dict[str, int]:
        reads.append("read")
        return {"a": 1, "b": 2}

    table = LazyTable(read)
    assert reads == []
    assert (table["a"], table.get("c"), list(table), len(table)) == (1, None, ["a", "b"], 2)
    assert reads == ["read"]


def test_prices_are_not_read_with_the_catalog() -> None:
    program = """
import gpu_cluster.catalog.table_files as files
opened = []
original = files.rows_of
def noted(table, folder="tables"):
    opened.append(table)
    return original(table, folder)
files.rows_of = noted
import gpu_cluster.stack
print(*opened)
"""
    opened = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "instances" in opened.stdout.split()
    assert not {"service_prices", "instance_prices"} & set(opened.stdout.split())
