"""Print the part of the changelog on a release: `python -m docs.release_notes v0.2.0`."""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


class ReleaseError(Exception):
    """A tag that is not the version, or a version that the changelog does not have."""


def notes(tag: str, version: str, changelog: str) -> str:
    r"""Text between the heading of the version and the next one.

    notes("v0.2.0", "0.2.0", "## 0.2.0 - 2026-11-29\n\n### Added\n")  # "### Added\n"
    """
    if tag != f"v{version}":
        raise ReleaseError(f"tag {tag} is not the version of pyproject.toml: expected v{version}")
    heading = re.escape(version)
    found = re.search(
        rf"^## {heading} - \d{{4}}-\d\d-\d\d\n+(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise ReleaseError(f"CHANGELOG.md has nothing below '## {version} - DATE'")
    return found[1].strip() + "\n"


def main(tag: str) -> int:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    try:
        sys.stdout.write(notes(tag, version, (PROJECT / "CHANGELOG.md").read_text()))
    except ReleaseError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
