"""YAML manifests, parsed as kubectl parses them."""

from typing import Any

import pytest

from gpu_cluster.stack.document import UnreadableFileError
from gpu_cluster_policies.manifests.manifest_yaml import yaml_documents


def _data(text: str) -> Any:
    [document] = yaml_documents(text)
    assert document.diagnostics == []
    return document.data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", False),
        ("off", False),
        ("N", False),
        ("yes", True),
        ("On", True),
        ("y", True),
        ("'no'", "no"),
        ('"on"', "on"),
        ("!!str no", "no"),
        ("! no", "no"),
        ("yEs", "yEs"),
        ("~", None),
        ("0644", 420),
        ("0o644", 420),
        ("0x1F", 31),
        ("-0b11", -3),
        ("1_000", 1000),
        ("08", 8.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.30", 1.3),
        (".inf", ".inf"),
        ("1:30", "1:30"),
        ("2026-11-29", "2026-11-29"),
        ("+", "+"),
        ("10Gi", "10Gi"),
    ],
)
def test_yaml_scalar_has_the_value_of_kubectl(text: str, value: object) -> None:
    found = _data(f"a: {text}\n")["a"]

    assert (found, type(found)) == (value, type(value))


def test_yaml_documents_have_their_data_and_lines() -> None:
    first, second = yaml_documents("---\na: 1\n---\n---\n# none\n---\nb: {c: [2,\n 3]}\n")

    assert (first.data, second.data) == ({"a": 1}, {"b": {"c": [2, 3]}})
    assert (first.start, second.start) == (2, 7)
    assert [second.line(keys) for keys in [(), ("b",), ("b", "c", 1), ("b", "d"), ("b", "c", 5)]] == [
        7, 7, 8, 7, 7
    ]  # fmt: skip


def test_own_yaml_keys_override_merged_keys() -> None:
    text = "a: &a {k: 1, l: 1}\nb: &b {l: 2, m: 2}\nc:\n  <<: [*a, *b]\n  k: 3\n"

    assert _data(text)["c"] == {"k": 3, "l": 1, "m": 2}
    assert yaml_documents(text)[0].line(("c", "m")) == 2


def test_yaml_alias_has_the_value_of_its_anchor() -> None:
    assert _data("a: &a [1]\nb: *a\nc: &c text\nd: *c\n") == {"a": [1], "b": [1], "c": "text", "d": "text"}


@pytest.mark.parametrize(
    ("text", "keys", "message", "line"),
    [
        ("a: 1\na: 2\n", ("a",), "given twice, first on line 1", 2),
        ("b:\n  on: 1\n", ("b", "on"), "expected text as key, got on; write it in quotes", 2),
        (
            "a: !Ref b\n",
            ("a",),
            "the tag !Ref is not known; put text that starts with ! in quotes",
            1,
        ),
        ("a: !Map {b: 1}\n", ("a",), "the tag !Map is not known; put text that starts with ! in quotes", 1),
        ("a:\n  <<: text\n", ("a", "<<"), "expected a mapping, or a list of mappings", 2),
    ],
)
def test_ambiguous_yaml_is_reported(text: str, keys: tuple[str, ...], message: str, line: int) -> None:
    [document] = yaml_documents(text)
    [diagnostic] = document.diagnostics

    assert (diagnostic.keys, diagnostic.message, diagnostic.line) == (keys, message, line)


def test_numeric_yaml_key_becomes_text() -> None:
    assert _data("8080: a\n") == {"8080": "a"}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "aliases expand to more than 100000 values"),
        ("a: &a [*a]\n", "an anchor has an alias of itself inside"),
        ("a: *b\n", "not valid YAML: found undefined alias 'b'; put text that starts with * in quotes"),
        ("[" * 300, "nested too deeply: more than 200 levels"),
        ("- " * 100_000, "nested too deeply: more than 200 levels"),
        ("{{ a }}: 1", "expected text as key, got a mapping or a list; write it in quotes"),
        ("&a b: 1\n*a : 2\n", "expected text as key, got an alias; write it in quotes"),
        ("a:\n\tb: 1\n", "not valid YAML: found character '\\t' that cannot start any token; "
         "indent with spaces, not tabs"),
    ],
)  # fmt: skip
def test_unreadable_yaml_raises_an_error_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        yaml_documents(text)

    assert raised.value.message == message


def test_unclosed_yaml_flow_is_rejected() -> None:
    """The nesting limit of PyYAML 6.0.4 stops its parser first."""
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        yaml_documents("[" * 100_000)
