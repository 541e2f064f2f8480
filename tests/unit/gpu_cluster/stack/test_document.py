"""Line numbers of keys, also in flow style, anchors and merges."""

from pathlib import Path

import pytest

from gpu_cluster.stack.diagnostic import Keys, dotted
from gpu_cluster.stack.document import Document, read

TEXT = """\
plain:
  a: 1
  flow: {b: 2,
    c: [x, y]}
base: &base
  d: 4
merged:
  <<: *base
  e: 5
copy: *base
"""


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "any.yaml"
    path.write_text(TEXT)
    return read(path)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("plain",), 1),
        (("plain", "flow", "b"), 3),
        (("plain", "flow", "c", 1), 4),
        (("merged", "d"), 6),
        (("merged", "e"), 9),
        (("copy", "d"), 6),
    ],
)
def test_key_has_its_line(document: Document, keys: Keys, line: int) -> None:
    assert document.line(keys) == line


def test_missing_key_has_the_line_of_its_parent(document: Document) -> None:
    assert document.line(("plain", "flow", "z", "deeper")) == 3
    assert document.line(("nowhere",)) == 1
    assert document.node(("plain", "flow", "z")) is None


def test_document_data_is_plain_python(document: Document) -> None:
    assert document.data["merged"] == {"d": 4, "e": 5}
    assert document.data["plain"] == {"a": 1, "flow": {"b": 2, "c": ["x", "y"]}}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1.30", 1.3),
        (".inf", ".inf"),
        ("no", "no"),
        ("2026-11-01", "2026-11-01"),
        ("~", None),
        ('"3"', "3"),
    ],
)
def test_yaml_scalar_has_the_expected_value(tmp_path: Path, written: str, value: object) -> None:
    path = tmp_path / "any.yaml"
    path.write_text(f"a: {written}\n")

    assert read(path).data == {"a": value}


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (("gpu-cluster:pools", "l4", "nodes", "max"), "gpu-cluster:pools.l4.nodes.max"),
        (("gpu-cluster:storage", "1g.10gb", "kind"), 'gpu-cluster:storage["1g.10gb"].kind'),
        (("gpu-cluster:serving", "clients", 2), "gpu-cluster:serving.clients[2]"),
        (("two words",), '["two words"]'),
        (("gpu-cluster:pools", "größe"), 'gpu-cluster:pools["größe"]'),
        ((), ""),
    ],
)
def test_key_path_is_shown_in_pulumi_syntax(keys: Keys, shown: str) -> None:
    assert dotted(keys) == shown
