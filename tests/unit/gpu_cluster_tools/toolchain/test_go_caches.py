from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import go_caches
from gpu_cluster_tools.toolchain.c_compiler import compiler_folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    for folder in ("go-build", "go-mod/example.com/x@v1.0.0", "tools"):
        (tmp_path / folder).mkdir(parents=True)
    compiler_folder(tmp_path).mkdir()
    return tmp_path


def test_drop_removes_caches_and_compiler_and_keeps_tools(cache: Path) -> None:
    go_caches.drop(cache)

    assert {path.name for path in cache.iterdir()} == {"tools", "go.lock"}


def test_concurrent_build_keeps_the_caches(cache: Path) -> None:
    with go_caches.kept(cache):
        go_caches.drop(cache)
        assert (cache / "go-mod" / "example.com").exists()

    go_caches.drop(cache)
    assert not (cache / "go-mod").exists()
