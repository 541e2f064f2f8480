from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.registry import UpstreamName


def test_every_upstream_of_the_stack_file_has_a_registry() -> None:
    assert set(UPSTREAMS) == {word.value for word in UpstreamName}


def test_upstream_registry_hosts_are_unique() -> None:
    assert len({it.host for it in UPSTREAMS.values()}) == len(UPSTREAMS)


def test_cache_prefix_with_the_longest_stack_prefix_fits_the_ecr_limit() -> None:
    """ECR allows 30 characters as the prefix of a pull-through cache."""
    assert all(len(f"{14 * 'p'}/{it.host}") <= 30 for it in UPSTREAMS.values())
