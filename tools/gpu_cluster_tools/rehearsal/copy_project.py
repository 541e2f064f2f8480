"""Copy of the project's program in a separate folder: no run touches a user's files, state or cluster."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path


def copy_project(project: Path, folder: Path, stacks: Mapping[str, str]) -> Path:
    """`folder`, now with the program of `project`, its virtual environment and these stack files by name.

    A project that has no environment yet runs in the one of the command.
    """
    (folder / "stacks").mkdir(parents=True)
    shutil.copy(project / "Pulumi.yaml", folder)
    shutil.copy(project / "stacks" / "__main__.py", folder / "stacks")
    own = project / ".venv"
    (folder / ".venv").symlink_to(own if own.exists() else Path(sys.prefix))
    for name, text in stacks.items():
        (folder / "stacks" / f"Pulumi.{name}.yaml").write_text(text)
    return folder
