"""Folders that are not visible on real nodes; the nodes themselves are tested in tests/real_node."""

from pathlib import Path

import pytest

from gpu_cluster_tools.cli.local.real_nodes import hidden, unmountable


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        ("/var/lib/jenkins/workspace/acme", "the project outside /var/lib"),
        ("/run/acme", "the project outside /run"),
        ("/var/log/acme", "the project outside /var/log"),
        ("/opt/acme", None),
        ("/var/library", None),
    ],
)
def test_project_inside_a_folder_that_nodes_replace_has_no_real_nodes(
    project: str, reason: str | None
) -> None:
    assert hidden({"Python": Path("/usr"), "the project": Path(project)}) == reason


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        ("/srv/acme, new", "a project whose path has no ,"),
        ("/srv/acme:new", "a project whose path has no :"),
        ("/srv/acme\\new", "a project whose path has no \\"),
        ("/srv/Jane's größe", None),
    ],
)
def test_project_path_that_overlayfs_rejects_has_no_real_nodes(project: str, reason: str | None) -> None:
    """mount(8) on Linux 6 refuses these three characters, and accepts spaces and other letters."""
    assert unmountable(Path(project)) == reason
