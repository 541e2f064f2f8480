from pathlib import Path

import pytest

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.kubernetes.cluster import NoKubeconfigError, kubeconfig_of

LOCAL = LocalCluster(provider="local")


def existing(kubeconfig: str) -> ExistingCluster:
    return ExistingCluster(provider="existing", kubeconfig=kubeconfig)


def test_the_local_one_lies_in_the_project(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "kubeconfig").touch()
    assert kubeconfig_of(LOCAL, tmp_path) == str(tmp_path / ".local" / "kubeconfig")


def test_without_a_local_one_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NoKubeconfigError, match="make up"):
        kubeconfig_of(LOCAL, tmp_path)


def test_a_relative_path_starts_at_the_project(tmp_path: Path) -> None:
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing("site"), tmp_path) == str(tmp_path / "site")


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing(str(tmp_path / "site")), Path("/elsewhere")) == str(tmp_path / "site")


def test_a_path_in_the_home_stays_the_same_for_everyone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing("~/site"), Path("/elsewhere")) == "~/site"


def test_a_missing_one_is_named_as_the_stack_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(NoKubeconfigError, match=r"gpu-cluster:cluster\.kubeconfig: site/kubeconfig"):
        kubeconfig_of(existing("site/kubeconfig"), tmp_path)
