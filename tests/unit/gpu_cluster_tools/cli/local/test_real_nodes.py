"""Folders that real nodes do not see; the nodes themselves are tested in tests/real_node."""

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
def test_a_folder_of_which_nodes_have_their_own_rules_them_out(project: str, reason: str | None) -> None:
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
def test_a_path_that_no_overlay_can_have_rules_them_out(project: str, reason: str | None) -> None:
    """Tried with mount(8) on Linux 6: it refuses these three, and takes spaces and other letters."""
    assert unmountable(Path(project)) == reason
