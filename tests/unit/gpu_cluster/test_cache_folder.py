"""The cache folder is where the user's environment says."""

from pathlib import Path

import pytest

from gpu_cluster.cache_folder import cache_folder


@pytest.mark.parametrize("configured", ["", "relative/path"])
def test_cache_lies_in_the_home_directory_unless_an_absolute_one_is_configured(
    configured: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", configured)
    assert cache_folder() == tmp_path / ".cache" / "gpu-cluster"

    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/ci")
    assert cache_folder() == Path("/var/cache/ci/gpu-cluster")
