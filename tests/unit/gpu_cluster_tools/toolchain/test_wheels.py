"""Only the pinned wheel is accepted."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.wheels import Wheel


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one wheel; no other index is reachable."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "example-1.0-py3-none-any.whl", "w") as file:
        file.writestr(
            "example-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n"
        )
        file.writestr("example-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr("example-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_pinned_wheel_is_downloaded(index: Path, tmp_path: Path) -> None:
    [wheel] = index.iterdir()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    found = Wheel("Example", "example", "1.0", digest).download(tmp_path)

    assert found == tmp_path / wheel.name


def test_wheel_with_another_hash_is_refused(index: Path, tmp_path: Path) -> None:
    assert list(index.iterdir())
    with pytest.raises(ToolchainError, match=r"Example 1\.0 could not be downloaded") as caught:
        Wheel("Example", "example", "1.0", "0" * 64).download(tmp_path)
    assert "DO NOT MATCH THE HASHES" in str(caught.value)
    assert "What to do: check the network" in str(caught.value)
