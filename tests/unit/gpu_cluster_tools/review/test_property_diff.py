from typing import Any

import pytest

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_tools.review.property_diff import NOTHING, PropertyDiff, property_diffs


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"spec": {"replicas": 1, "b": 2}}, {"spec": {"replicas": 2, "b": 2}}, [("spec.replicas", "1", "2")]),
        ({"a": 1}, {}, [("a", "1", "-")]),
        ({}, {"a": None}, [("a", "-", "null")]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [("a[1]", "2", "3")]),
        ({"a": [1, 2]}, {"a": [1]}, [("a", "[1, 2]", "[1]")]),
        ({"a": {"b": 1}}, {"a": 1}, [("a", '{"b": 1}', "1")]),
        ({"a": "x\ny"}, {"a": "ü"}, [("a", '"x\\ny"', '"ü"')]),
        ({"a": '{"b": [1]}'}, {"a": '{"b": [2]}'}, [("a.b[0]", "1", "2")]),
        ({"a": '{"b": 1, "c": 2}'}, {"a": '{"c": 2, "b": 1}'}, []),
        ({"a": "{no json"}, {"a": "{none either"}, [("a", '"{no json"', '"{none either"')]),
    ],
)
def test_only_differing_parts_are_listed(old: Any, new: Any, found: list[tuple[str, str, str]]) -> None:
    assert list(property_diffs(old, new)) == [PropertyDiff(*each) for each in found]


def test_missing_value_is_shown_as_a_dash() -> None:
    assert list(property_diffs(NOTHING, [1], "a")) == [PropertyDiff("a", "-", "[1]")]


def test_unknown_values_are_shown_as_unknown() -> None:
    [whole] = property_diffs({"a": "b"}, {"a": UNKNOWN})
    [part] = property_diffs({"a": ["b"]}, {"a": ["b", UNKNOWN]})

    assert whole.after == "(known after the update)"
    assert part.after == '["b", "(known after the update)"]'
    assert list(property_diffs({"a": UNKNOWN}, {"a": UNKNOWN})) == []
