"""The folder of a project: the one with Pulumi.yaml, stacks/ and policies/."""

from functools import cache
from pathlib import Path
from typing import cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gpu_cluster.file_path import real_path


def project_above(folder: Path) -> Path | None:
    """The nearest folder with a Pulumi.yaml, from `folder` upwards; None if there is none."""
    here = real_path(folder)
    return next((it for it in (here, *here.parents) if (it / "Pulumi.yaml").is_file()), None)


@cache
def project_name(project: Path) -> str | None:
    """`name` of Pulumi.yaml, which is a part of every URN; None if the file has none."""
    try:
        data: object = YAML(typ="safe", pure=True).load(project / "Pulumi.yaml")  # pyright: ignore[reportUnknownMemberType]
    except (OSError, YAMLError, ValueError, RecursionError):  # ValueError: 2026-13-45 is no date
        return None
    name = cast(dict[str, object], data).get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name else None
