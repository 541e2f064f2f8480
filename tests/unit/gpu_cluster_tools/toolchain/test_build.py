import base64
import ctypes
import dataclasses
import hashlib
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane.processes import alive
from gpu_cluster_tools.toolchain import build
from gpu_cluster_tools.toolchain.build import Builder
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go import find_go
from gpu_cluster_tools.toolchain.tool import ModuleFiles, Tool

BUILDING = """
import signal, sys, time
from pathlib import Path
from gpu_cluster_tools.termination import terminate_in_order
from gpu_cluster_tools.toolchain import build
from gpu_cluster_tools.toolchain.build import Builder
from gpu_cluster_tools.toolchain.go import Go
from gpu_cluster_tools.toolchain.tool import Tool

terminate_in_order()
go, cache, module, directory, *early = sys.argv[1:]
if early:
    child = Path(directory, "temporary", "child")

    class Popen(build.subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            while not (child.exists() and child.read_text().strip()):
                time.sleep(0.01)
            signal.raise_signal(signal.SIGTERM)

    build.subprocess.Popen = Popen
Builder(Go(Path(go), Path(cache))).build(Tool("hello", "v1", module, "."), Path(directory))
"""
LIBRARY = "example.com/library@v1.0.0"


@pytest.fixture
def builder(cache: Path) -> Builder:
    return Builder(find_go(cache))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "building"
    directory.mkdir()
    return directory


def test_linker_sets_the_version(builder: Builder, hello: Tool, directory: Path) -> None:
    executable = builder.build(hello, directory)

    answer = subprocess.run([executable], capture_output=True, text=True, check=True)
    assert answer.stderr == "v1.2.3\n"


def test_build_does_not_change_the_module_in_the_checkout(
    builder: Builder, hello: Tool, directory: Path
) -> None:
    module = Path(hello.module)
    before = {path: path.read_bytes() for path in module.iterdir()}

    builder.build(hello, directory)

    assert {path: path.read_bytes() for path in module.iterdir()} == before


def test_compile_error_is_shown_completely(builder: Builder, hello: Tool, directory: Path) -> None:
    (Path(hello.module) / "main.go").write_text("package main\n\nfunc main() { undefined() }\n")

    with pytest.raises(ToolchainError) as caught:
        builder.build(hello, directory)

    message = str(caught.value)
    assert message.startswith("hello v1.2.3 could not be built")
    assert "main.go:3:15: undefined: undefined" in message
    assert "go build -trimpath" in message
    assert "What to do:" in message


def test_build_without_network_suggests_goproxy(
    builder: Builder, hello: Tool, directory: Path, tmp_path: Path
) -> None:
    require(hello, LIBRARY, checksums=sums(publish(tmp_path / "proxy", script="true")))

    with pytest.raises(ToolchainError, match=r"module lookup disabled by GOPROXY=off") as caught:
        builder.build(hello, directory)

    assert "check the network and GOPROXY" in str(caught.value)


def test_module_without_a_committed_checksum_is_refused(
    builder: Builder, hello: Tool, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", publish(tmp_path / "proxy", script="true").as_uri())
    require(hello, LIBRARY, checksums="")

    with pytest.raises(ToolchainError, match=r"missing go\.sum entry"):
        builder.build(hello, directory)


def test_module_files_are_placed_beside_the_sources(
    builder: Builder, hello: Tool, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", publish(tmp_path / "proxy", script="echo from the module").as_uri())
    require(hello, LIBRARY, checksums=sums(tmp_path / "proxy"))
    tool = dataclasses.replace(hello, package=None, files=ModuleFiles("example.com/library", ("cmd/run",)))

    executable = builder.build(tool, directory)

    answer = subprocess.run([executable], capture_output=True, text=True, check=True)
    assert answer.stdout == "from the module\n"


def test_module_with_another_checksum_is_refused(
    builder: Builder, hello: Tool, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "proxy", script="echo from the module")
    pinned = sums(tmp_path / "proxy")
    monkeypatch.setenv("GOPROXY", publish(tmp_path / "other", script="echo something else").as_uri())
    require(hello, LIBRARY, checksums=pinned)

    with pytest.raises(ToolchainError, match="checksum mismatch") as caught:
        builder.build(hello, directory)

    assert "What to do: stop:" in str(caught.value)


def require(tool: Tool, module: str, *, checksums: str) -> None:
    """Make the program of a tool import a module."""
    directory = Path(tool.module)
    path, version = module.split("@")
    (directory / "go.mod").write_text(f"module hello\n\ngo 1.26.0\n\nrequire {path} {version}\n")
    (directory / "main.go").write_text(f'package main\n\nimport _ "{path}"\n\nfunc main() {{}}\n')
    (directory / "go.sum").write_text(checksums)


def publish(proxy: Path, *, script: str) -> Path:
    """Write the library in the layout of a module proxy."""
    path, version = LIBRARY.split("@")
    versions = proxy / path / "@v"
    versions.mkdir(parents=True)
    (versions / f"{version}.info").write_text(f'{{"Version": "{version}"}}')
    (versions / f"{version}.mod").write_text(f"module {path}\n")
    with zipfile.ZipFile(versions / f"{version}.zip", "w") as file:
        file.writestr(f"{LIBRARY}/go.mod", f"module {path}\n")
        file.writestr(f"{LIBRARY}/library.go", "package library\n")
        file.writestr(f"{LIBRARY}/cmd/run", f"#!/bin/sh\n{script}\n")
    return proxy


def sums(proxy: Path) -> str:
    """The go.sum of the published library."""
    path, version = LIBRARY.split("@")
    versions = proxy / path / "@v"
    with zipfile.ZipFile(versions / f"{version}.zip") as file:
        files = {name: file.read(name) for name in sorted(file.namelist())}
    own = {"go.mod": (versions / f"{version}.mod").read_bytes()}
    return f"{path} {version} {sum_of(files)}\n{path} {version}/go.mod {sum_of(own)}\n"


def sum_of(files: dict[str, bytes]) -> str:
    """Go's `h1:` hash of a tree: the SHA-256 of the list that sha256sum prints for it."""
    lines = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


@pytest.fixture
def building(cache: Path, hello: Tool, directory: Path) -> list[str]:
    """Run a build with a script instead of Go, which has its own child process, as compilers have."""
    go = cache / "go"
    go.parent.mkdir(parents=True, exist_ok=True)
    go.write_text('#!/bin/sh\nsleep 600 &\necho $! > "$GOTMPDIR/child"\nwait\n')
    go.chmod(0o755)
    return [sys.executable, "-c", BUILDING, *(str(each) for each in (go, cache, hello.module, directory))]


def test_interrupted_build_ends_its_child_processes(building: list[str], directory: Path) -> None:
    process = subprocess.Popen(building)
    child = directory / "temporary" / "child"
    await_true(lambda: child.exists() and child.read_text().strip())
    assert alive(int(child.read_text()))

    process.terminate()

    assert process.wait(30) == 128 + signal.SIGTERM
    await_true(lambda: not alive(int(child.read_text())))


def test_build_interrupted_while_go_starts_ends_its_child_processes(
    building: list[str], directory: Path
) -> None:
    """The signal arrives when Go already runs, and before its process is assigned."""
    process = subprocess.Popen([*building, "early"])

    assert process.wait(30) == 128 + signal.SIGTERM
    child = directory / "temporary" / "child"
    await_true(lambda: not alive(int(child.read_text())))


def await_true(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_c_sources_without_a_package_become_a_shared_library(
    builder: Builder, hello: Tool, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uses the C compiler of this machine, if any, instead of the pinned one."""
    if not (compiler := shutil.which("cc")):
        pytest.skip("this machine has no C compiler")

    def environment(_cache: Path) -> dict[str, str]:
        return {"CC": compiler}

    monkeypatch.setattr(build, "compiler_environment", environment)
    (Path(hello.module) / "answer.c").write_text("int answer(void) { return 42; }\n")
    tool = dataclasses.replace(hello, name="libanswer.so.1", package=None, compiler=("zig",))

    library = builder.build(tool, directory)

    assert ctypes.CDLL(str(library)).answer() == 42
