"""The compiler that Go calls; a script instead of zig records its arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import c_compiler
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.wheels import Wheel

_ZIG = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in
  *broken*) echo "broken.o: no such file" >&2; exit 1;;
  *--verbose*) echo "ld.lld -znow -o program main.o" >&2; echo "undefined symbol: nvmlInit" >&2; exit 1;;
esac
"""
_UNRESOLVED = "-Wl,--unresolved-symbols=ignore-in-object-files"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    zig = tmp_path / "zig"
    zig.write_text(_ZIG)
    zig.chmod(0o755)
    return tmp_path / "calls"


def _compile(calls: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CALLS": str(calls), "GPU_CLUSTER_ZIG": str(calls.with_name("zig"))}
    command = [sys.executable, "-m", "gpu_cluster_tools.toolchain.c_compiler", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_sources_are_compiled_for_an_old_glibc(calls: Path) -> None:
    assert _compile(calls, "-c", "main.c").returncode == 0
    assert calls.read_text() == "cc -target x86_64-linux-gnu.2.31 -c main.c\n"


def test_unresolved_symbols_are_allowed_and_bound_lazily(calls: Path) -> None:
    """The linker of zig gets the option that zig itself refuses, and binds functions lazily."""
    linked = _compile(calls, "main.o", _UNRESOLVED, "-o", "program")

    assert linked.returncode == 0, linked.stderr
    assert calls.read_text().splitlines() == [
        "cc -target x86_64-linux-gnu.2.31 main.o -o program --verbose",
        "ld.lld -o program main.o -zlazy --unresolved-symbols=ignore-in-object-files",
    ]


def test_other_linker_errors_are_shown(calls: Path) -> None:
    linked = _compile(calls, "broken.o", _UNRESOLVED)

    assert linked.returncode == 1
    assert "broken.o: no such file" in linked.stderr


def test_failed_download_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wheel, "download", _refused)
    with pytest.raises(ToolchainError):
        c_compiler.compiler_environment(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unsupported_platform_has_no_c_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_compiler.sys, "platform", "darwin")
    assert (c_compiler.missing_c_compiler() or "").startswith("Linux on x86_64 with glibc (this is darwin")


def _refused(_wheel: Wheel, _folder: Path) -> Path:
    raise ToolchainError("no network")
