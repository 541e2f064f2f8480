"""The platform's project that a team's stack file names, as a folder of this machine."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster.config.platform_source import PlatformCheckout, PlatformSource
from gpu_cluster.file_path import in_home, is_folder, real_path
from gpu_cluster.stack.git_checkout import checkout_of
from gpu_cluster.stack.suggestions import one_of

_BELOW = "*/**/Pulumi.yaml"


@dataclass(frozen=True, slots=True)
class _Reading:
    """Options for finding platforms while stack files are read."""

    project: Path | None = None
    """Base of relative folders, for temporary copies of stack files."""

    beside: bool = False
    """Whether the environment's file is in the folder of the team's file, whatever the team's file names."""

    again: bool = False
    """Whether cached revisions are fetched again."""


_AS_WRITTEN = _Reading()
_READING: ContextVar[_Reading] = ContextVar("reading", default=_AS_WRITTEN)


def platform_of(source: PlatformSource | None, project: Path) -> PlatformCheckout | None:
    """The platform of a team's file in this project; None where it is the project itself."""
    return None if source is None or _READING.get().beside else checked_out(source, project)


def checked_out(source: PlatformSource, project: Path) -> PlatformCheckout:
    """The platform as files. `FetchError` where it is neither in the cache nor can be fetched."""
    reading = _READING.get()
    if source.folder:
        folder = (reading.project or project) / in_home(Path(source.folder))
        return PlatformCheckout(real_path(folder), source.folder)
    url, revision = source.git or "", source.revision or ""
    found = checkout_of(url, revision, again=reading.again)
    if not source.path:
        return PlatformCheckout(found.folder, f"{url}@{revision}", found.commit)
    return PlatformCheckout(found.folder / source.path, f"{url}@{revision}/{source.path}", found.commit)


def lack_of_project(platform: PlatformCheckout) -> str:
    """Words for a platform without Pulumi.yaml."""
    if not is_folder(platform.folder):
        seen = "" if platform.commit else ", from the project of this file on"
        return f"there is no folder {platform}{seen}"
    found = sorted(str(it.parent.relative_to(platform.folder)) for it in platform.folder.glob(_BELOW))
    near = f"; set path to {one_of(found)}" if found else ""
    return f"no project of gpu-cluster: there is no Pulumi.yaml in {platform}{near}"


@contextmanager
def as_if_in(project: Path) -> Generator[None]:
    """Read copies of stack files as files of this project: relative folders are resolved there."""
    with _reading(_Reading(project=project)):
        yield


@contextmanager
def beside_the_team() -> Generator[None]:
    """Read team files with the environment in the same folder, whatever platform they name."""
    with _reading(_Reading(beside=True)):
        yield


@contextmanager
def fetched_again() -> Generator[None]:
    """Fetch the revisions of platforms again, because a branch may have moved."""
    with _reading(_Reading(again=True)):
        yield


@contextmanager
def _reading(reading: _Reading) -> Generator[None]:
    token = _READING.set(reading)
    try:
        yield
    finally:
        _READING.reset(token)
