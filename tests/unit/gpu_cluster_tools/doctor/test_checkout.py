import json
import subprocess
from pathlib import Path

import pytest

from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.checkout import checkout, state

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "stacks").mkdir(parents=True)
    (folder / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n")
    (folder / "Pulumi.yaml").write_text("name: acme\n")
    git(folder, "init", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def verdicts(checks: list[Check]) -> dict[str, CheckStatus]:
    return {check.name: check.verdict for check in checks}


def test_uncommitted_stack_files_are_named(repository: Path) -> None:
    assert verdicts(list(checkout(repository))) == {"stack files": OK}
    (repository / "stacks" / "Pulumi.dev.yaml").write_text("config: {a: b}\n")
    (repository / "stacks" / "Pulumi.new.yaml").touch()
    (repository / "README.md").touch()
    [files] = checkout(repository)
    assert (files.verdict, files.found) == (
        WARN,
        "not committed: stacks/Pulumi.dev.yaml, stacks/Pulumi.new.yaml",
    )


def test_branch_behind_its_remote_is_a_warning(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", str(repository), "clone")
    assert verdicts(list(checkout(tmp_path / "clone"))) == {"stack files": OK, "branch": OK}
    git(repository, "commit", "--allow-empty", "-m", "second")
    git(tmp_path / "clone", "fetch")
    assert verdicts(list(checkout(tmp_path / "clone"))) == {"stack files": OK, "branch": WARN}


@pytest.mark.parametrize("text", ["name: [", "", "- name", "runtime: python", "name: 7"])
def test_invalid_pulumi_project_file_fails(text: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)

    assert verdicts(list(checkout(tmp_path)))["Pulumi.yaml"] is FAIL


def test_folder_outside_git_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: acme\n")
    assert verdicts(list(checkout(tmp_path))) == {"git": SKIP}


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("BACKEND_URL", "ACCESS_TOKEN", "CONFIG_PASSPHRASE", "CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(f"PULUMI_{name}", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return monkeypatch


def of_prod(*, encrypted: bool = True) -> dict[str, CheckStatus]:
    return verdicts(list(state("prod", local=False, encrypted=encrypted)))


def test_local_platform_needs_neither_backend_nor_passphrase(nothing_set: pytest.MonkeyPatch) -> None:
    assert verdicts(list(state("local", local=True, encrypted=True))) == {"state": OK}


def test_missing_backend_fails(nothing_set: pytest.MonkeyPatch) -> None:
    assert of_prod() == {"state": FAIL}


def test_own_state_backend_requires_a_passphrase(nothing_set: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_set.setenv("PULUMI_BACKEND_URL", "s3://state")
    assert of_prod() == {"state": OK, "passphrase": FAIL}
    nothing_set.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    assert of_prod() == {"state": OK, "passphrase": FAIL}
    (tmp_path / "passphrase").touch()
    assert of_prod() == {"state": OK, "passphrase": OK}
    nothing_set.setenv("PULUMI_CONFIG_PASSPHRASE", "")  # an empty passphrase is a passphrase
    assert of_prod() == {"state": OK, "passphrase": OK}


def test_pulumi_service_needs_a_passphrase_only_with_a_salt(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("PULUMI_ACCESS_TOKEN", "pul-1")
    assert of_prod(encrypted=False) == {"state": OK, "passphrase": OK}
    assert of_prod() == {"state": OK, "passphrase": FAIL}


def test_backend_of_an_earlier_login_is_used(nothing_set: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "credentials.json").write_text(json.dumps({"current": "s3://other"}))
    [found, _] = state("prod", local=False, encrypted=True)
    assert found.found == "s3://other"


@pytest.mark.parametrize("content", ["", "[]", '{"current": '])
def test_truncated_credentials_file_is_no_login(
    nothing_set: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "credentials.json").write_text(content)
    assert of_prod()["state"] is FAIL


def test_held_lock_is_a_warning(nothing_set: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_set.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    nothing_set.setenv("PULUMI_CONFIG_PASSPHRASE", "x")
    lock = tmp_path / ".pulumi" / "locks" / "organization" / "gpu-cluster" / "prod" / "1.json"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert of_prod() == {"state": OK, "update": WARN, "passphrase": OK}
    assert "update" not in verdicts(list(state("dev", local=False, encrypted=True)))
