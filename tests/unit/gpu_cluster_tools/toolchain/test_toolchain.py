import dataclasses
import os
import subprocess
import time
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import Toolchain, ToolchainError, install
from gpu_cluster_tools.toolchain.cache import tool_path
from gpu_cluster_tools.toolchain.tool import Tool


@pytest.fixture
def tools(hello: Tool, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Tool]:
    """Fake modules that build immediately, for every tool, on a machine that has none of them."""
    names = ["pulumi", "pulumi-language-python-exec", "etcd", "pulumi-resource-kubernetes"]
    tools = {name: dataclasses.replace(hello, name=name) for name in names}
    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.PULUMI", tools["pulumi"])
    monkeypatch.setattr(
        "gpu_cluster_tools.toolchain.toolchain.LANGUAGE_EXEC", tools["pulumi-language-python-exec"]
    )
    monkeypatch.setattr(
        "gpu_cluster_tools.toolchain.toolchain.KUBERNETES_PROVIDER", tools["pulumi-resource-kubernetes"]
    )
    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.PINNED", (tools["etcd"],))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi-home"))
    directories = os.environ["PATH"].split(os.pathsep)
    without_pulumi = [each for each in directories if not (Path(each) / "pulumi").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(without_pulumi))
    return tools


def test_empty_machine_gets_every_tool(tools: dict[str, Tool]) -> None:
    lines: list[str] = []

    toolchain = install(lines.append)

    assert {name: found.origin for name, found in toolchain.tools.items()} == dict.fromkeys(
        [*tools, "pulumi-language-python"], "built"
    )
    assert subprocess.run([toolchain.path("etcd")], capture_output=True, check=True).stderr == b"v1.2.3\n"
    assert [line.split(" …")[0] for line in lines[::2]] == [f"building {name} v1.2.3" for name in tools]


def test_build_caches_of_go_are_deleted(tools: dict[str, Tool], cache: Path) -> None:
    (cache / "go-mod").mkdir()

    install(lambda _line: None)

    assert not (cache / "go-mod").exists()


def test_built_tools_are_reused_without_output(
    tools: dict[str, Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = install(lambda _line: None)
    monkeypatch.setattr("gpu_cluster_tools.toolchain.toolchain.find_go", None)
    lines: list[str] = []
    started = time.monotonic()

    again = install(lines.append)

    assert time.monotonic() - started < 0.1
    assert again == first
    assert lines == []


def test_damaged_tool_is_rebuilt(tools: dict[str, Tool]) -> None:
    etcd = install(lambda _line: None).path("etcd")
    os.truncate(etcd, 1000)
    lines: list[str] = []

    install(lines.append)

    assert [line.split(" …")[0] for line in lines] == ["building etcd v1.2.3"] * 2
    assert subprocess.run([etcd], capture_output=True, check=True).stderr == b"v1.2.3\n"


def test_engine_and_language_host_are_first_on_path(tools: dict[str, Tool]) -> None:
    toolchain = install(lambda _line: None)

    environment = toolchain.environment()

    directory = toolchain.path("pulumi").parent
    assert environment["PATH"] == f"{directory}{os.pathsep}{os.environ['PATH']}"
    assert toolchain.path("pulumi-language-python").parent == directory
    assert environment["PULUMI_SKIP_UPDATE_CHECK"] == "1"


@pytest.mark.parametrize(
    ("given", "exempt"), [("", "127.0.0.1,localhost"), ("example.com", "example.com,127.0.0.1,localhost")]
)
def test_proxy_is_bypassed_between_engine_and_plugins(
    given: str, exempt: str, tools: dict[str, Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = install(lambda _line: None)
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", given)

    environment = toolchain.environment()

    assert environment["no_proxy"] == environment["NO_PROXY"] == exempt


@pytest.mark.usefixtures("tools")
def test_user_without_a_name_gets_one_for_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi v3.246.0: `user: Current requires cgo or $USER set in environment`."""

    def unknown(_: int) -> None:
        raise KeyError

    toolchain = install(lambda _line: None)
    monkeypatch.delenv("USER", raising=False)
    assert "USER" not in toolchain.environment()
    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert toolchain.environment()["USER"] == str(os.getuid())


def test_installed_engine_with_language_host_is_used(
    tools: dict[str, Tool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = tmp_path / "machine"
    put(machine / "pulumi", "echo v3.300.0")
    put(machine / "pulumi-language-python", "true")
    monkeypatch.setenv("PATH", f"/usr/bin:{machine}:{os.environ['PATH']}")

    toolchain = install(lambda _line: None)

    assert origins(toolchain) == ["PATH", "PATH", "built", "built"]
    assert toolchain.environment()["PATH"] == os.environ["PATH"]
    assert not tool_path(tools["pulumi"]).exists()


def test_installed_engine_without_language_host_gets_the_built_one(
    tools: dict[str, Tool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "machine" / "pulumi", "echo v3.300.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'machine'}:{os.environ['PATH']}")

    toolchain = install(lambda _line: None)

    assert origins(toolchain) == ["PATH", "built", "built", "built"]
    host = toolchain.path("pulumi-language-python")
    assert toolchain.environment()["PATH"].startswith(f"{host.parent}:{tmp_path / 'machine'}:")


def test_unwritable_cache_is_an_error_with_a_reason(
    tools: dict[str, Tool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with pytest.raises(ToolchainError, match=r"could not be written to .*/file/gpu-cluster .*: .*directory"):
        install(lambda _line: None)


def origins(toolchain: Toolchain) -> list[str]:
    names = ["pulumi", "pulumi-language-python", "pulumi-resource-kubernetes", "etcd"]
    return [toolchain.tools[name].origin for name in names]


def put(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
