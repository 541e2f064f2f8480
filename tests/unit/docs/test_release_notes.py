"""Notes of a release."""

import tomllib

import pytest

from docs.release_notes import PROJECT, ReleaseError, notes

CHANGELOG = """# Changelog

## Unreleased

### Added
- later

## 0.2.0 - 2026-11-29

### Fixed
- a thing

## 0.1.0 - 2026-01-01

### Added
- everything
"""


@pytest.mark.parametrize(
    ("version", "text"), [("0.2.0", "### Fixed\n- a thing\n"), ("0.1.0", "### Added\n- everything\n")]
)
def test_release_notes_match_the_version(version: str, text: str) -> None:
    assert notes(f"v{version}", version, CHANGELOG) == text


@pytest.mark.parametrize(("tag", "version"), [("v0.3.0", "0.2.0"), ("0.2.0", "0.2.0"), ("v0.3.0", "0.3.0")])
def test_tag_without_notes_is_refused(tag: str, version: str) -> None:
    with pytest.raises(ReleaseError):
        notes(tag, version, CHANGELOG)


VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]


def test_current_version_has_notes() -> None:
    assert notes(f"v{VERSION}", VERSION, (PROJECT / "CHANGELOG.md").read_text())


@pytest.mark.parametrize("folder", ["policies", "tools/gpu_cluster_tools/scaffold/project/policies"])
def test_policy_pack_has_the_package_version(folder: str) -> None:
    assert f"version: {VERSION}\n" in (PROJECT / folder / "PulumiPolicy.yaml").read_text()
