import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.control_plane import safe_path


@pytest.fixture(params=["Jane's Größe, 码", "deep/" * 20])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / request.param
    folder.mkdir(parents=True)
    yield folder
    safe_path.unlink(folder)


def test_a_short_folder_that_nothing_splits_is_its_own_path() -> None:
    folder = Path("/srv/project/.local/control-plane")
    safe_path.link(folder)
    assert safe_path.safe_path(folder) == folder
    safe_path.unlink(folder)


def test_a_socket_fits_below_the_path(folder: Path) -> None:
    safe_path.link(folder)

    with socket.socket(socket.AF_UNIX) as server:
        (folder / "egress").mkdir()
        server.bind(str(safe_path.safe_path(folder) / "egress" / "egress.socket"))


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
