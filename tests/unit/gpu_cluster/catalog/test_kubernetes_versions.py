from itertools import pairwise

from gpu_cluster.catalog import KUBERNETES_VERSIONS


def test_kubernetes_versions_are_consecutive() -> None:
    minors = [version.minor for version in KUBERNETES_VERSIONS.values()]
    assert minors == list(range(minors[0], minors[0] + len(minors)))
    ends = [version.standard_until for version in KUBERNETES_VERSIONS.values()]
    assert all(first < second for first, second in pairwise(ends))


def test_extended_support_ends_a_year_after_standard_support() -> None:
    for version in KUBERNETES_VERSIONS.values():
        assert version.extended_until == version.standard_until.replace(year=version.standard_until.year + 1)


def test_three_kubernetes_versions_are_in_standard_support() -> None:
    supported = {name for name, it in KUBERNETES_VERSIONS.items() if it.in_standard_support}
    assert supported == {"1.34", "1.35", "1.36"}
