"""A project at a git revision, and the files changed since."""

import io
import subprocess
import tarfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.stack import StackFileError, environment_of, load_any

REQUIREMENTS = "requirements.txt"
"""File of a project that names the version of gpu-cluster."""

_PROGRAM = ("components/", "stacks/__main__.py", "pyproject.toml", REQUIREMENTS)
_JUDGES = ("components/gpu_cluster/cost/", "policies/", "tools/gpu_cluster_tools/review/", "prices.yaml")


class RevisionError(Exception):
    """A revision that cannot be read, in words fit to be shown."""


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
        """The project's files as they were, in a temporary folder; the checkout stays as it is."""
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


def touched(files: Iterable[str], before: Path, after: Path) -> list[str]:
    """Stacks of a project, before or after, whose plan or findings a change of files can affect.

    With an environment, the stacks of its teams too, unless its stack file is invalid.
    """
    changed = set(files)
    known = stacks_in(before) | stacks_in(after)
    if any(file.startswith((*_PROGRAM, *_JUDGES)) for file in changed):
        return sorted(known)
    own = {stack for stack in known if str(file_of(Path(), stack)) in changed}
    environments = {stack for stack in own if not _is_wrong(file_of(after, stack))}
    above = {
        stack for stack in known for project in (before, after) if _below(project, stack) in environments
    }
    return sorted(own | above)


def there(stacks: Iterable[str], project: Path) -> list[str]:
    """The stacks that a project has."""
    here = stacks_in(project)
    return [stack for stack in stacks if stack in here]


def programs_differ(files: Iterable[str], before: Path, after: Path) -> bool:
    """Whether other code made the earlier plans: a checkout's, or another version of gpu-cluster."""
    if (before / "components").is_dir() or (after / "components").is_dir():
        return any(file.startswith(_PROGRAM) and not file.startswith(_JUDGES) for file in files)
    return versions_differ(before, after)


def versions_differ(before: Path, after: Path) -> bool:
    """Whether two projects require different versions of gpu-cluster or of other packages."""
    return _requirements(before) not in ([], _requirements(after))


def _requirements(project: Path) -> list[str]:
    file = project / REQUIREMENTS
    text = file.read_text(errors="replace") if file.is_file() else ""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def stacks_in(project: Path) -> frozenset[str]:
    """Names of the stack files of a project."""
    files = (project / "stacks").glob("Pulumi.*.yaml")
    return frozenset(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def file_of(project: Path, stack: str) -> Path:
    """The file of a stack, whether it is there or not."""
    return project / "stacks" / f"Pulumi.{stack}.yaml"


def _below(project: Path, stack: str) -> str | None:
    """The environment on which a team's stack stands."""
    file = file_of(project, stack)
    try:
        return environment_of(file) if file.is_file() else None
    except StackFileError:
        return None


def _is_wrong(file: Path) -> bool:
    try:
        return file.is_file() and not load_any(file)
    except StackFileError:
        return True


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
