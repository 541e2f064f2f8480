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


def test_short_path_without_special_characters_needs_no_link() -> None:
    folder = Path("/srv/project/.local/control-plane")
    safe_path.link(folder)
    assert safe_path.safe_path(folder) == folder
    safe_path.unlink(folder)


def test_socket_path_below_the_link_is_short_enough(folder: Path) -> None:
    safe_path.link(folder)

    with socket.socket(socket.AF_UNIX) as server:
        (folder / "egress").mkdir()
        server.bind(str(safe_path.safe_path(folder) / "egress" / "egress.socket"))


def test_path_with_special_characters_gets_a_link(folder: Path) -> None:
    safe_path.link(folder)

    link = safe_path.safe_path(folder)
    assert not set(str(link)) & set(" ',")
    assert str(link).isascii()
    assert link.samefile(folder)

    safe_path.unlink(folder)
    assert folder.is_dir()
    assert not link.is_symlink()


def test_link_to_another_folder_is_replaced(folder: Path, tmp_path: Path) -> None:
    safe_path.safe_path(folder).symlink_to(tmp_path)
    safe_path.link(folder)
    assert safe_path.safe_path(folder).samefile(folder)
