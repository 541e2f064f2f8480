import re

import pytest

from gpu_cluster.catalog import ADDON_VERSIONS, ADDONS, KUBERNETES_VERSIONS


def test_add_on_versions_cover_every_kubernetes_version() -> None:
    assert list(ADDON_VERSIONS) == list(KUBERNETES_VERSIONS)
    assert all(set(versions) == set(ADDONS) for versions in ADDON_VERSIONS.values())


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
def test_add_on_version_has_the_eksbuild_format(kubernetes: str) -> None:
    for version in ADDON_VERSIONS[kubernetes].values():
        assert re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version)


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
def test_kube_proxy_version_equals_the_cluster_version(kubernetes: str) -> None:
    assert ADDON_VERSIONS[kubernetes]["kube-proxy"].startswith(f"v{kubernetes}.")
