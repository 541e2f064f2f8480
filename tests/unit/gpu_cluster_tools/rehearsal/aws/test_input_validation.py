from gpu_cluster_tools.rehearsal.aws.input_validation import invalid_values
from tests.service_models import parameters_of


def test_value_outside_an_enumeration_is_reported() -> None:
    shape = parameters_of("ecr", "CreateRepository").members["imageTagMutability"]

    assert list(invalid_values("MUTABLE", shape, "imageTagMutability")) == []
    ((path, words),) = invalid_values("mutable", shape, "imageTagMutability")
    assert path == "imageTagMutability"
    assert words.startswith("expected one of MUTABLE, IMMUTABLE")
    assert words.endswith("got 'mutable'")


def test_number_out_of_range_is_reported() -> None:
    shape = parameters_of("iam", "CreateRole").members["MaxSessionDuration"]

    assert list(invalid_values(60, shape, "maxSessionDuration")) == [
        ("maxSessionDuration", "expected at least 3600, got 60")
    ]


def test_text_of_wrong_length_or_pattern_is_reported() -> None:
    shape = parameters_of("ecr", "CreatePullThroughCacheRule").members["ecrRepositoryPrefix"]

    assert list(invalid_values("dev/quay.io", shape, "prefix")) == []
    assert list(invalid_values("a" * 31, shape, "prefix")) == [
        ("prefix", "expected at most 30 characters, got 31")
    ]
    ((path, words),) = invalid_values("Dev", shape, "prefix")
    assert path == "prefix"
    assert words.startswith("expected a text like ^(")
    assert words.endswith("got 'Dev'")
