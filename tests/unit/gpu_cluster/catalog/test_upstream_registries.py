from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.registry import UpstreamName


def test_every_word_of_the_stack_file_leads_somewhere() -> None:
    assert set(UPSTREAMS) == {word.value for word in UpstreamName}


def test_no_two_are_below_one_path() -> None:
    assert len({it.host for it in UPSTREAMS.values()}) == len(UPSTREAMS)


def test_the_longest_prefix_leaves_room_for_every_host() -> None:
    """ECR takes 30 characters in front of what it caches."""
    assert all(len(f"{14 * 'p'}/{it.host}") <= 30 for it in UPSTREAMS.values())
