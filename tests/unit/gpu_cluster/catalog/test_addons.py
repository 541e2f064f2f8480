import re

import pytest

from gpu_cluster.catalog import ADDON_VERSIONS, ADDONS, KUBERNETES_VERSIONS


def test_every_kubernetes_version_has_every_add_on() -> None:
    assert list(ADDON_VERSIONS) == list(KUBERNETES_VERSIONS)
    assert all(set(versions) == set(ADDONS) for versions in ADDON_VERSIONS.values())


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
def test_versions_are_spelled_as_eks_spells_them(kubernetes: str) -> None:
    for version in ADDON_VERSIONS[kubernetes].values():
        assert re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version)


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
def test_kube_proxy_is_of_the_version_of_its_cluster(kubernetes: str) -> None:
    assert ADDON_VERSIONS[kubernetes]["kube-proxy"].startswith(f"v{kubernetes}.")
