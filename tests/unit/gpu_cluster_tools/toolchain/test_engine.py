import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.engine import launcher_beside, link_provider, plugin_directory


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {text}\n")
    path.chmod(0o755)
    return path


def test_launcher_is_beside_the_engine_and_uses_this_python(cache: Path) -> None:
    pulumi = executable(cache / "tools" / "pulumi-0" / "pulumi", "engine")

    launcher = launcher_beside(pulumi, Path("/runner with a space"))

    assert os.access(launcher, os.X_OK)
    assert launcher.read_text().endswith(
        f"exec {sys.executable} -P -m gpu_cluster_tools.toolchain.language_host "
        "'/runner with a space' \"$@\"\n"
    )
    beside = launcher.with_name("pulumi")
    # The engine resolves symbolic links before it looks in its own folder.
    assert not beside.is_symlink()
    assert beside.samefile(pulumi)
    assert subprocess.run([beside], capture_output=True, text=True, check=True).stdout == "engine\n"


def test_rebuilt_engine_is_linked_again(cache: Path) -> None:
    pulumi = executable(cache / "tools" / "pulumi-0" / "pulumi", "broken")
    runner = Path("/runner")
    launcher_beside(pulumi, runner)
    pulumi.unlink()
    executable(pulumi, "repaired")

    launcher = launcher_beside(pulumi, runner)

    assert launcher.with_name("pulumi").samefile(pulumi)
    assert sorted(path.name for path in launcher.parent.iterdir()) == ["pulumi", "pulumi-language-python"]


def test_launcher_without_an_engine_is_alone(cache: Path) -> None:
    launcher = launcher_beside(None, Path("/runner"))

    assert [path.name for path in launcher.parent.iterdir()] == ["pulumi-language-python"]


def test_newer_provider_replaces_the_link(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    old, new = (executable(cache / name / "pulumi-resource-kubernetes", name) for name in ("old", "new"))
    link_provider(old)
    old.unlink()

    link_provider(new)

    assert plugin_directory() == tmp_path / "home" / "plugins" / "resource-kubernetes-v4.25.0"
    assert [path.resolve() for path in plugin_directory().iterdir()] == [new]


def test_plugin_directory_ignores_the_home_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)

    assert plugin_directory() == home / ".pulumi" / "plugins" / "resource-kubernetes-v4.25.0"
