from pathlib import Path

import pytest

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.kubernetes.cluster import NoKubeconfigError, kubeconfig_of

LOCAL = LocalCluster(provider="local")


def existing(kubeconfig: str) -> ExistingCluster:
    return ExistingCluster(provider="existing", kubeconfig=kubeconfig)


def test_local_kubeconfig_is_in_the_project(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "kubeconfig").touch()
    assert kubeconfig_of(LOCAL, tmp_path) == str(tmp_path / ".local" / "kubeconfig")


def test_missing_local_kubeconfig_raises_an_error_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(NoKubeconfigError, match="make up"):
        kubeconfig_of(LOCAL, tmp_path)


def test_relative_kubeconfig_path_starts_at_the_project(tmp_path: Path) -> None:
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing("site"), tmp_path) == str(tmp_path / "site")


def test_absolute_kubeconfig_path_is_unchanged(tmp_path: Path) -> None:
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing(str(tmp_path / "site")), Path("/elsewhere")) == str(tmp_path / "site")


def test_kubeconfig_path_in_the_home_directory_keeps_the_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "site").touch()
    assert kubeconfig_of(existing("~/site"), Path("/elsewhere")) == "~/site"


def test_missing_kubeconfig_raises_an_error_with_the_path_of_the_stack_file(tmp_path: Path) -> None:
    with pytest.raises(NoKubeconfigError, match=r"gpu-cluster:cluster\.kubeconfig: site/kubeconfig"):
        kubeconfig_of(existing("site/kubeconfig"), tmp_path)
