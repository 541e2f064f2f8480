"""A project at a git revision, and the files changed since."""

import io
import subprocess
import tarfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


class RevisionError(Exception):
    """Revision that cannot be read, with a message for the user."""


@dataclass(frozen=True)
class Revision:
    """A commit of the repository that a project is in.

    base = Revision.before(project, "origin/main")
    with base.folder() as then: plan_of(then, "prod")
    """

    project: Path
    commit: str
    """Full commit hash."""

    @classmethod
    def before(cls, project: Path, name: str) -> "Revision":
        """Merge base of the checkout and a revision. `RevisionError` for an unknown revision."""
        commit = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if not commit:
            if not _git(project, "rev-parse", "--git-dir"):
                raise RevisionError(f"{project} is not in a git repository, so there is no revision {name!r}")
            raise RevisionError(f"unknown git revision {name!r} in {project}{_shallow(project)}")
        return cls(project, _git(project, "merge-base", commit, "HEAD") or commit)

    def changed(self) -> frozenset[str]:
        """Files that are not as they were, committed or not, from the project's folder on."""
        tracked = _git(self.project, "diff", "--name-only", "--no-renames", "--relative", "-z", self.commit)
        new = _git(self.project, "ls-files", "--others", "--exclude-standard", "-z")
        return frozenset(filter(None, (*tracked.split("\0"), *new.split("\0"))))

    @contextmanager
    def folder(self) -> Generator[Path]:
        """The project's files as they were, in a temporary folder; the checkout stays as it is.

        Empty if the revision has no such folder.
        """
        if not _git(self.project, "ls-tree", self.commit, "."):
            with TemporaryDirectory(prefix="gpu-cluster-revision-") as folder:
                yield Path(folder)
            return
        done = _run(self.project, "archive", "--format=tar", self.commit, ".")
        if done.returncode:
            raise RevisionError(f"git archive {self.commit}: {done.stderr.decode(errors='replace').strip()}")
        with TemporaryDirectory(prefix="gpu-cluster-revision-") as folder:
            try:
                with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
                    archive.extractall(folder, filter="data")
            except tarfile.FilterError as error:
                raise RevisionError(f"{self.commit} cannot be read: {error}") from None
            yield Path(folder)


def _shallow(project: Path) -> str:
    shallow = _git(project, "rev-parse", "--is-shallow-repository") == "true"
    return ": the clone is shallow; fetch more history" if shallow else ""


def _git(project: Path, *arguments: str) -> str:
    """Output of git; empty where it fails."""
    done = _run(project, *arguments)
    return "" if done.returncode else done.stdout.decode(errors="surrogateescape").strip("\n")


def _run(project: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise RevisionError("git is not installed") from None
