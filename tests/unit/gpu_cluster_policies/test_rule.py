"""Findings of rules that require one value of a property."""

import pytest

from gpu_cluster_policies import UNKNOWN
from gpu_cluster_policies.resources.property import NotKnownError, Property
from gpu_cluster_policies.rule import should_be


@pytest.mark.parametrize(
    ("content", "wanted"), [(True, True), (False, False), (1, 1), (1.0, 1), ("API", "API")]
)
def test_expected_value_is_no_violation(content: object, wanted: str | int) -> None:
    assert list(should_be(Property("Pod team/work", "key", content), wanted)) == []


@pytest.mark.parametrize(
    ("content", "wanted", "expected"),
    [
        (None, False, "false"),
        (1, True, "true"),
        ("true", True, "true"),
        (True, 1, "1"),
        (2, 1, "1"),
        ("api", "API", "API"),
    ],
)
def test_other_value_is_a_violation(content: object, wanted: str | int, expected: str) -> None:
    [violation] = should_be(Property("Pod team/work", "key", content), wanted)

    assert (violation.field.content, violation.expected) == (content, expected)


def test_unknown_value_raises_not_known_error() -> None:
    with pytest.raises(NotKnownError):
        list(should_be(Property("Pod team/work", "key", UNKNOWN), True))
