import dataclasses
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.cache import is_valid, locked, store, tool_path
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.tools import KUBERNETES_PROVIDER, LANGUAGE_EXEC, MODULES, PINNED, PULUMI

TOOLS = [PULUMI, LANGUAGE_EXEC, KUBERNETES_PROVIDER, *PINNED]


def build(content: str = "#!/bin/sh\n") -> Callable[[Path], Path]:
    def write(directory: Path) -> Path:
        executable = directory / "anything"
        executable.write_text(content)
        executable.chmod(0o755)
        return executable

    return write


def unfinished(cache: Path) -> list[Path]:
    return list((cache / "tools" / ".building").glob("*"))


def test_every_tool_has_its_own_path() -> None:
    assert len({tool_path(tool) for tool in TOOLS}) == len(TOOLS)
    assert all((MODULES / tool.module / "go.sum").exists() for tool in TOOLS)


def test_changed_pin_source_or_setting_changes_the_path(cache: Path, hello: Tool) -> None:
    before = tool_path(hello)
    assert before.name == "hello"
    assert before.is_relative_to(cache / "tools")
    places = {before, tool_path(dataclasses.replace(hello, variables={"main.version": "v9"}))}

    for file, text in (("go.sum", "example.com/x v1.0.0 h1:=\n"), ("main.go", "package main\n")):
        (Path(hello.module) / file).write_text(text)
        places.add(tool_path(hello))

    assert len(places) == 4


def test_stored_tool_is_valid_and_no_unfinished_build_remains(cache: Path, hello: Tool) -> None:
    path = store(hello, build("hello"))

    assert path == tool_path(hello)
    assert path.read_text() == "hello"
    assert os.access(path, os.X_OK)
    assert is_valid(path)
    assert unfinished(cache) == []


def test_missing_truncated_and_altered_tools_are_not_valid(cache: Path, hello: Tool) -> None:
    assert not is_valid(tool_path(hello))
    path = store(hello, build("0123456789"))

    os.truncate(path, 5)
    assert not is_valid(path)
    path.write_text("9876543210")
    assert not is_valid(path)
    store(hello, build("0123456789"))
    assert is_valid(path)
    path.with_name("built.json").write_text('{"size": 10')
    assert not is_valid(path)


def test_changed_mtime_is_accepted_after_one_check(cache: Path, hello: Tool) -> None:
    path = store(hello, build())
    recorded = path.stat().st_mtime_ns
    os.utime(path, ns=(1, 1))

    assert is_valid(path)
    assert path.stat().st_mtime_ns == recorded


def test_failed_build_leaves_no_folder(cache: Path, hello: Tool) -> None:
    def fail(_directory: Path) -> Path:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store(hello, fail)

    assert not tool_path(hello).parent.exists()


def test_killed_build_is_removed_and_its_lock_is_free(cache: Path, hello: Tool) -> None:
    def build_forever(directory: Path) -> Path:
        (directory / "half").write_text("half")
        time.sleep(60)
        return directory / "half"

    def victim() -> None:
        with locked(hello, waiting=lambda: None):
            store(hello, build_forever)

    process = multiprocessing.get_context("fork").Process(target=victim)
    process.start()
    while not list(cache.glob("tools/.building/hello/*/half")):
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    waited: list[str] = []

    with locked(hello, waiting=lambda: waited.append("waited")):
        assert unfinished(cache) != []
        store(hello, build())

    assert is_valid(tool_path(hello))
    assert unfinished(cache) == []
    assert waited == []


def test_second_build_waits_for_the_first(cache: Path, hello: Tool) -> None:
    inside = multiprocessing.get_context("fork").Event()
    waits = multiprocessing.get_context("fork").Event()

    def holder() -> None:
        with locked(hello, waiting=lambda: None):
            inside.set()
            waits.wait()
            store(hello, build())

    process = multiprocessing.get_context("fork").Process(target=holder)
    process.start()
    inside.wait()
    assert not is_valid(tool_path(hello))
    with locked(hello, waiting=waits.set):
        assert is_valid(tool_path(hello))
    process.join()
