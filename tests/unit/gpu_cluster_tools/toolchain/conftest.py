from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.tool import Tool


@pytest.fixture(scope="session")
def go_build_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of compiled packages for all tests, to compile Go's runtime only once."""
    return tmp_path_factory.mktemp("go-build")


@pytest.fixture
def cache(tmp_path: Path, go_build_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory, used as the user's during the test; no module source is reachable."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GOPROXY", "off")
    directory = tmp_path / "cache" / "gpu-cluster"
    directory.mkdir(parents=True)
    (directory / "go-build").symlink_to(go_build_cache)
    return directory


@pytest.fixture
def hello(tmp_path: Path) -> Tool:
    """A tool whose Go program, without any dependency, prints its version."""
    module = tmp_path / "hello"
    module.mkdir()
    (module / "go.mod").write_text("module hello\n\ngo 1.26.0\n")
    (module / "main.go").write_text(
        'package main\n\nvar version = "unset"\n\nfunc main() { println(version) }\n'
    )
    return Tool("hello", "v1.2.3", str(module), ".", variables={"main.version": "v1.2.3"})
