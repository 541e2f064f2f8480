"""Git checkouts of a platform's repository, without prompts and cached; tests use real repositories."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gpu_cluster.stack.git_checkout import FetchError, checkout_of

FILE = "stacks/Pulumi.prod.yaml"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=platform", "-c", "user.email=platform@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(repository: Path, text: str) -> str:
    """A commit with this text as its file, and its hash."""
    (repository / FILE).parent.mkdir(parents=True, exist_ok=True)
    (repository / FILE).write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", text)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-platform"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    git(folder, "tag", "v1")
    commit(folder, "second")
    return folder


@pytest.fixture
def url(repository: Path) -> str:
    return f"file://{repository}"


def test_tag_is_checked_out_at_its_commit(repository: Path, url: str) -> None:
    found = checkout_of(url, "v1")

    assert (found.folder / FILE).read_text() == "first"
    assert found.commit == git(repository, "rev-parse", "v1^{commit}")
    assert not (found.folder / ".git").exists()


def test_annotated_tag_is_resolved_to_its_commit(repository: Path, url: str) -> None:
    git(repository, "tag", "-a", "v2", "-m", "release")
    assert checkout_of(url, "v2").commit == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("length", [40, 12])
def test_commit_that_is_no_branch_head_is_found(repository: Path, url: str, length: int) -> None:
    first = git(repository, "rev-parse", "v1")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "false")
    assert checkout_of(url, first[:length]).commit == first


def test_cached_checkout_needs_no_repository(repository: Path, url: str) -> None:
    first = checkout_of(url, "main")
    shutil.rmtree(repository)
    assert checkout_of(url, "main") == first


def test_branch_checkout_is_cached_until_fetched_again(repository: Path, url: str) -> None:
    before = checkout_of(url, "main").commit
    after = commit(repository, "third")

    assert checkout_of(url, "main").commit == before
    again = checkout_of(url, "main", again=True)
    assert (again.commit, (again.folder / FILE).read_text()) == (after, "third")
    assert checkout_of(url, "main") == again


def test_failed_fetch_keeps_the_earlier_checkout(repository: Path, url: str) -> None:
    before = checkout_of(url, "main")
    shutil.rmtree(repository)
    with pytest.raises(FetchError):
        checkout_of(url, "main", again=True)
    assert checkout_of(url, "main") == before


def test_unknown_revision_raises_fetch_error_with_the_message_of_git(url: str) -> None:
    with pytest.raises(FetchError) as error:
        checkout_of(url, "v9")
    assert str(error.value) == (
        f"{url} at v9 cannot be fetched; git says: fatal: couldn't find remote ref v9"
    )


def test_unreachable_server_raises_fetch_error_on_one_line() -> None:
    url = "https://127.0.0.1:1/acme/platform.git"
    with pytest.raises(FetchError) as error:
        checkout_of(url, "v1")
    told = str(error.value)
    assert told.startswith(f"{url} at v1 cannot be fetched; git says: fatal: unable to access")
    assert "\n" not in told


def test_credentials_of_an_insteadof_url_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text('[url "https://robot:hidden@127.0.0.1:1/"]\n\tinsteadOf = https://git.example.com/\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    with pytest.raises(FetchError, match=r"git\.example\.com/acme/platform at v1") as error:
        checkout_of("https://git.example.com/acme/platform", "v1")
    assert "hidden" not in str(error.value)
    assert "robot" not in str(error.value)


def test_git_runs_without_prompts_and_without_inherited_git_dir(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = shutil.which("git"), tmp_path / "seen"
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\nenv > {seen}\nexec {real} "$@"\n')
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_ASKPASS", "/usr/bin/ask-me")

    checkout_of(url, "v1")

    variables = seen.read_text().splitlines()
    assert not [line for line in variables if line.startswith("GIT_DIR=")]
    assert {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS="} <= set(variables)


def test_missing_git_raises_fetch_error(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match="at v1: git is not installed"):
        checkout_of(url, "v1")


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"commit": '])
def test_truncated_cache_record_is_fetched_again(url: str, record: str) -> None:
    found = checkout_of(url, "v1")
    (found.folder.parent / "fetched.json").write_text(record)

    assert checkout_of(url, "v1") == found
