from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import safe_path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "Jane's Größe, 码"
    folder.mkdir()
    yield folder
    safe_path.unlink(folder)


def test_a_folder_that_nothing_splits_is_its_own_path(tmp_path: Path) -> None:
    safe_path.link(tmp_path)
    assert safe_path.safe_path(tmp_path) == tmp_path
    safe_path.unlink(tmp_path)
    assert tmp_path.is_dir()


def test_any_other_has_a_link(folder: Path) -> None:
    safe_path.link(folder)

    link = safe_path.safe_path(folder)
    assert not set(str(link)) & set(" ',")
    assert str(link).isascii()
    assert link.samefile(folder)

    safe_path.unlink(folder)
    assert folder.is_dir()
    assert not link.is_symlink()


def test_a_link_that_leads_elsewhere_is_made_anew(folder: Path, tmp_path: Path) -> None:
    safe_path.safe_path(folder).symlink_to(tmp_path)
    safe_path.link(folder)
    assert safe_path.safe_path(folder).samefile(folder)
