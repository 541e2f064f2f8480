import pytest

from gpu_cluster.stack.suggestions import did_you_mean, one_of


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("instanse", "instance"),
        ("time_slicing", "timeSlicing"),
        ("time-slicing", "timeSlicing"),
        ("TIMESLICING", "timeSlicing"),
        ("nodesMax", "nodes"),
    ],
)
def test_misspelt_word_suggests_the_nearest_word(word: str, right: str) -> None:
    assert did_you_mean(word, ["instance", "nodes", "timeSlicing"]) == f", did you mean '{right}'?"


def test_no_suggestion_without_a_near_word() -> None:
    assert did_you_mean("zone", ["instance", "nodes"]) == ""
    assert did_you_mean("zone", []) == ""


def test_suggestion_prefers_the_longest_prefix() -> None:
    assert did_you_mean("H100-80GB", ["H10", "H100", "A100-80GB"]) == ", did you mean 'H100'?"


def test_prefix_of_several_words_suggests_them_all() -> None:
    assert did_you_mean("A100", ["H100", "A100-40GB", "A100-80GB"]) == (
        ", did you mean 'A100-40GB' or 'A100-80GB'?"
    )


def test_prefix_of_one_word_suggests_it() -> None:
    assert did_you_mean("fsx", ["nfs", "efs", "fsx-lustre"]) == ", did you mean 'fsx-lustre'?"
    assert did_you_mean("zone", ["zones-a", "zones-b"], cutoff=0.9) == ""


def test_suggestion_respects_the_cutoff() -> None:
    assert did_you_mean("g6.4xlarg", ["g6.4xlarge"], cutoff=0.9) == ", did you mean 'g6.4xlarge'?"
    assert did_you_mean("trn2.48xlarge", ["r7i.48xlarge"], cutoff=0.9) == ""


def test_one_of_joins_words_with_or() -> None:
    assert [one_of(["a"]), one_of(["a", "b"]), one_of(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
