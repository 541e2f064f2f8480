"""Recorded pull requests, each with the comment that it receives.

`pytest tests/review --snapshot-update` rewrites the comments.
"""

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from gpu_cluster_tools.review.affected_stacks import affected_stacks, file_of, stacks_in
from gpu_cluster_tools.review.comment import comment
from gpu_cluster_tools.review.plans import plans
from gpu_cluster_tools.review.review import Review, Verdict
from gpu_cluster_tools.review.revision_state import RevisionState
from gpu_cluster_tools.review.stack_reviews import review
from tests.today import TODAY

FOLDER = Path(__file__).parent
BASE = FOLDER / "base"
HARMLESS = {
    "add-a-repository",
    "add-a-site",
    "add-a-team",
    "another-mirror",
    "buy-on-demand",
    "keep-logs-longer",
    "label-a-pool",
    "larger-disks",
    "let-another-namespace-call",
    "let-someone-look",
    "longer-prompts",
    "raise-nodes",
    "raise-nodes-beside-a-team",
    "raise-replicas",
    "raise-the-budget",
    "say-it-better",
    "serve-more-of-a-team",
    "share-gpus-more",
    "smaller-and-cheaper",
    "upgrade-kubernetes",
}
"""Pull requests that are not blocked; all others are."""

PULL_REQUESTS = sorted(path.name for path in (FOLDER / "pull_requests").iterdir())


class PullRequestFolder(SingleFileSnapshotExtension):
    """`pull_requests/<name>/comment.md` beside this test."""

    _write_mode = WriteMode.TEXT
    file_extension = "md"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(FOLDER / "pull_requests")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return f"{index}/comment"


@pytest.mark.parametrize("name", PULL_REQUESTS)
def test_pull_request_gets_the_recorded_comment(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    found = list(reviewed(name, tmp_path))

    assert any(each.verdict is Verdict.BLOCKED for each in found) == (name not in HARMLESS)
    assert comment(found) == snapshot(name=name, extension_class=PullRequestFolder)


def reviewed(name: str, folder: Path) -> Iterator[Review]:
    """Reviews of the stacks that a pull request affects."""
    patch = FOLDER / "pull_requests" / name / "change.patch"
    after = folder / "after"
    shutil.copytree(BASE, after)
    subprocess.run(["git", "apply", "--whitespace=nowarn", patch], cwd=after, check=True)
    known = stacks_in(after) | stacks_in(BASE)
    files = [str(file_of(Path(), it)) for it in known if text(after, it) != text(BASE, it)]
    for stack in affected_stacks(files, BASE, after):
        yield review(before(stack), side(after, stack))


def text(project: Path, stack: str) -> str:
    file = file_of(project, stack)
    return file.read_text() if file.is_file() else ""


@cache
def before(stack: str) -> RevisionState:
    """The state before, planned, evaluated and priced once for all pull requests."""
    return side(BASE, stack)


def side(project: Path, stack: str) -> RevisionState:
    return RevisionState(stack, plans(project, [stack])[stack], project, FOLDER, TODAY)
