"""Stacks that a change of files affects, and whether it changes the program that plans them."""

from collections.abc import Iterable
from pathlib import Path

from gpu_cluster.stack import StackFileError, environment_of, load_any
from gpu_cluster_tools.review.named_files import names_any

REQUIREMENTS = "requirements.txt"
"""File of a project that names the version of gpu-cluster."""

_PROGRAM = ("components/", "stacks/__main__.py", "pyproject.toml", REQUIREMENTS)
_JUDGES = ("components/gpu_cluster/cost/", "policies/", "tools/gpu_cluster_tools/review/", "prices.yaml")


def affected_stacks(files: Iterable[str], before: Path, after: Path) -> list[str]:
    """Stacks of a project, before or after, whose plan or findings a change of files can affect.

    With an environment, the stacks of its teams too, unless its stack file is invalid.
    """
    changed = set(files)
    known = stacks_in(before) | stacks_in(after)
    if any(file.startswith((*_PROGRAM, *_JUDGES)) for file in changed):
        return sorted(known)
    own = {
        stack
        for stack in known
        if str(file_of(Path(), stack)) in changed
        or any(names_any(file_of(project, stack), changed) for project in (before, after))
    }
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
