"""Repository of the platform of a team's stack: git, or a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import ConfigDict, model_validator

from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

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
        "a folder in the repository, such as platforms/gpu",
    ),
]

FolderPath = Annotated[str, Pattern(r"\S([^\r\n]*\S)?", "the path of a folder, such as ../acme-platform")]


class PlatformSource(Settings):
    """Repository with the environment's stack file: git and revision, or folder."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["git", "revision"], "not": {"required": ["folder"]}},
                {"required": ["folder"], "maxProperties": 1},
            ]
        }
    )

    git: GitUrl | None = None
    """Git URL, https, ssh or file, without a password; requires revision. Default: none."""

    revision: GitRevision | None = None
    """Git tag, commit or branch; a branch stays at the fetched commit. Default: none."""

    path: InsideRepository | None = None
    """Folder of the project in the repository. Default: the root."""

    folder: FolderPath | None = None
    """Path of a checkout, relative to this project, such as ../acme-platform. Default: none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("git", "revision", "folder") if getattr(self, name)]
        if given not in (["git", "revision"], ["folder"]):
            raise ValueError(
                f"expected git and revision, or folder alone, got {' and '.join(given) or 'neither'}"
            )
        if self.path and not self.git:
            raise ValueError("path requires git; set folder to the complete path of the project")
        return self


@dataclass(frozen=True, slots=True)
class PlatformCheckout:
    """Files of the platform's project on this machine."""

    folder: Path
    """Folder with Pulumi.yaml and stacks/."""

    root: str
    """Name for messages: `../acme-platform`, or the URL and revision."""

    commit: str | None = None
    """Full commit hash of the revision; None for a folder."""

    def __str__(self) -> str:
        return f"{self.root} (commit {self.commit[:12]})" if self.commit else self.root
