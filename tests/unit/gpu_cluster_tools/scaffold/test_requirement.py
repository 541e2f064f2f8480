"""Origin of gpu-cluster for a new project: the one that the installer recorded."""

import json
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.scaffold.requirement import requirement

WHEEL = "gpu_cluster-0.2.0-py3-none-any.whl"


def installed(folder: Path, origin: dict[str, Any] | None) -> PathDistribution:
    """A distribution as an installer writes it."""
    record = folder / "gpu_cluster-0.2.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.4\nName: gpu-cluster\nVersion: 0.2.0\n")
    if origin:
        (record / "direct_url.json").write_text(json.dumps(origin))
    return PathDistribution(record)


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, "gpu-cluster[doctor,rehearsal]==0.2.0"),
        (
            {
                "url": "https://git.example.com/acme/gpu-cluster.git",
                "vcs_info": {"vcs": "git", "requested_revision": "v0.2.0", "commit_id": "4c1f0a9"},
            },
            "gpu-cluster[doctor,rehearsal] @ git+https://git.example.com/acme/gpu-cluster.git@4c1f0a9",
        ),
        (
            {
                "url": f"https://example.com/releases/{WHEEL}",
                "archive_info": {"hash": "sha256=12ab", "hashes": {"sha256": "12ab"}},
            },
            f"gpu-cluster[doctor,rehearsal] @ https://example.com/releases/{WHEEL}#sha256=12ab",
        ),
    ],
)
def test_requirement_has_the_recorded_origin(
    origin: dict[str, Any] | None, line: str, tmp_path: Path
) -> None:
    found = requirement(installed(tmp_path, origin))

    assert (found.line, found.wheel, found.note) == (line, None, "")


def test_local_wheel_is_referenced_in_the_project(tmp_path: Path) -> None:
    wheel = tmp_path / "über uns" / WHEEL
    wheel.parent.mkdir()
    wheel.touch()

    found = requirement(installed(tmp_path, {"url": wheel.as_uri(), "archive_info": {}}))

    assert found.line == f"./wheels/{WHEEL}[doctor,rehearsal]"
    assert (found.wheel, found.note) == (wheel, "")


@pytest.mark.parametrize(("gone", "words"), [(False, "is on this machine only"), (True, "does not exist")])
def test_local_folder_is_referenced_with_a_note(gone: bool, words: str, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    if not gone:
        checkout.mkdir()

    found = requirement(installed(tmp_path, {"url": checkout.as_uri(), "dir_info": {"editable": True}}))

    at = "==0.2.0" if gone else f" @ {checkout.as_uri()}"
    assert found.line == f"gpu-cluster[doctor,rehearsal]{at}"
    assert words in found.note
