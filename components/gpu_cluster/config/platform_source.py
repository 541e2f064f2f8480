"""The repository of the platform that a team's stack is on: by git, or in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import ConfigDict, model_validator

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?"
_PATH = r"/[A-Za-z0-9._~+%/-]+"

GitUrl = Annotated[
    str,
    Pattern(
        rf"(https://{_HOST}|ssh://([A-Za-z0-9._-]+@)?{_HOST}|file://){_PATH}",
        "a URL of https, ssh or file without password, such as https://git.example.com/acme/platform.git "
        "or ssh://git@git.example.com/acme/platform.git",
    ),
]

GitRevision = Annotated[
    str,
    Pattern(
        r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}",
        "a tag, branch or commit, such as v1.4.2",
    ),
]


InsideRepository = Annotated[
    str,
    Pattern(
        r"(?!(.*/)?\.\.?(/|$))[A-Za-z0-9._-][A-Za-z0-9._/+-]{0,199}",
        "a folder inside of the repository, such as platforms/gpu",
    ),
]


class PlatformSource(Settings):
    """The repository that has the environment's stack file: git and revision, or folder alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["git", "revision"], "not": {"required": ["folder"]}},
                {"required": ["folder"], "maxProperties": 1},
            ]
        }
    )

    git: GitUrl | None = None
    """URL of its repository, of https, ssh or file, without password; goes with revision. Default: none."""

    revision: GitRevision | None = None
    """Tag, commit or branch of git; a branch stays at the commit that was fetched. Default: none."""

    path: InsideRepository | None = None
    """Folder of git with the project, for a repository that has more than it. Default: the root."""

    folder: NonBlank | None = None
    """Its checkout, from this project's folder on, such as ../acme-platform. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("git", "revision", "folder") if getattr(self, name)]
        if given not in (["git", "revision"], ["folder"]):
            raise ValueError(
                f"expected git and revision, or folder alone, got {' and '.join(given) or 'neither'}"
            )
        if self.path and not self.git:
            raise ValueError("path is a folder of git; write folder alone with the whole way to the project")
        return self


@dataclass(frozen=True, slots=True)
class PlatformCheckout:
    """The platform's project, as files on this machine."""

    folder: Path
    """With its Pulumi.yaml and stacks/."""

    root: str
    """The folder as messages name it: `../acme-platform`, or the URL and revision."""

    commit: str | None = None
    """The full hash that the revision stands for; None of a folder."""

    def __str__(self) -> str:
        return f"{self.root} (commit {self.commit[:12]})" if self.commit else self.root
