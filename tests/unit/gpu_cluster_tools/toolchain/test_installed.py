from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.engine import link_provider, plugin_directory
from gpu_cluster_tools.toolchain.installed import (
    InstalledTool,
    fetch_kubernetes_provider,
    installed_kubernetes_provider,
    installed_language_host,
    installed_pulumi,
)


@pytest.fixture
def bin_directory(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first directory on PATH; the others contain no engine and no plugin."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi-home"))
    return directory


def script(path: Path, text: str = "true") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["v3.246.0", "v3.300.1", "v3.1000.0-alpha.x9d2f"])
def test_engine_of_at_least_the_pinned_version_is_used(bin_directory: Path, version: str) -> None:
    path = script(bin_directory / "pulumi", f"echo {version}")

    assert installed_pulumi() == InstalledTool(path, version, "PATH")


@pytest.mark.parametrize("version", ["v3.245.9", "v2.300.0", "v4.0.0", "nonsense", ""])
def test_engine_of_an_older_or_another_major_version_is_ignored(bin_directory: Path, version: str) -> None:
    script(bin_directory / "pulumi", f"echo {version}")

    assert installed_pulumi() is None


def test_own_build_on_path_is_ignored(
    bin_directory: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = script(cache / "tools" / "engine-0" / "pulumi", "echo v3.246.0")
    monkeypatch.setenv("PATH", f"{ours.parent}:{bin_directory}")
    assert installed_pulumi() is None

    script(bin_directory / "pulumi", "echo v3.250.0")
    assert installed_pulumi() == InstalledTool(bin_directory / "pulumi", "v3.250.0", "PATH")


def test_language_host_is_found_on_path_or_beside_the_engine(bin_directory: Path, tmp_path: Path) -> None:
    script(tmp_path / "opt" / "pulumi", "echo v3.246.0")
    (bin_directory / "pulumi").symlink_to(tmp_path / "opt" / "pulumi")
    engine = installed_pulumi()
    assert engine
    assert installed_language_host(engine) is None

    beside = script(tmp_path / "opt" / "pulumi-language-python")
    assert installed_language_host(engine) == InstalledTool(beside, "v3.246.0", "PATH")
    on_path = script(bin_directory / "pulumi-language-python")
    assert installed_language_host(engine) == InstalledTool(on_path, "v3.246.0", "PATH")


def test_provider_is_ignored_until_its_installation_has_finished(bin_directory: Path) -> None:
    assert installed_kubernetes_provider() is None

    plugin = script(plugin_directory() / "pulumi-resource-kubernetes")
    assert installed_kubernetes_provider() == InstalledTool(plugin, "v4.25.0", "plugin")
    Path(f"{plugin.parent}.partial").touch()
    assert installed_kubernetes_provider() is None


def test_link_to_the_own_build_is_no_installed_provider(bin_directory: Path, cache: Path) -> None:
    built = script(cache / "tools" / "pulumi-resource-kubernetes-0" / "pulumi-resource-kubernetes")

    link_provider(built)

    assert (plugin_directory() / built.name).resolve() == built
    assert installed_kubernetes_provider() is None


def test_engine_fetches_the_pinned_provider(bin_directory: Path) -> None:
    plugin = plugin_directory()
    pulumi = script(
        bin_directory / "pulumi",
        f'[ "$*" = "plugin install resource kubernetes v4.25.0" ] && mkdir -p {plugin} &&'
        f" printf '#!/bin/sh' > {plugin}/pulumi-resource-kubernetes && chmod +x {plugin}/*",
    )

    found = fetch_kubernetes_provider(InstalledTool(pulumi, "v3.246.0", "PATH"))

    assert found == InstalledTool(plugin / "pulumi-resource-kubernetes", "v4.25.0", "plugin")


def test_failed_fetch_of_the_provider_is_no_error(bin_directory: Path) -> None:
    pulumi = script(bin_directory / "pulumi", "echo no such host >&2; exit 1")

    assert fetch_kubernetes_provider(InstalledTool(pulumi, "v3.246.0", "PATH")) is None
