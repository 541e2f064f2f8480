"""The cache folder follows XDG_CACHE_HOME."""

from pathlib import Path

import pytest

from gpu_cluster.cache_folder import cache_folder


@pytest.mark.parametrize("configured", ["", "relative/path"])
def test_cache_folder_is_in_the_home_directory_without_an_absolute_xdg_path(
    configured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", configured)
    assert cache_folder() == tmp_path / ".cache" / "gpu-cluster"

    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/ci")
    assert cache_folder() == Path("/var/cache/ci/gpu-cluster")
