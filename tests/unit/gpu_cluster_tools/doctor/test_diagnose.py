from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.doctor import diagnose
from gpu_cluster_tools.doctor.aws import Aws, UnreachableError
from gpu_cluster_tools.doctor.check import Check, CheckStatus
from tests.pains.platforms import STACKS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "stacks").mkdir()
    for name in ("prod", "onprem", "local"):
        text = (STACKS / f"Pulumi.{name}.yaml").read_text()
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text(text)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    return tmp_path


def signed_out(_: str) -> Aws:
    raise UnreachableError("this machine has no AWS credentials")


def looked(project: Path, name: str | None, sign_in: Any = signed_out) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in diagnose(project, name, sign_in=sign_in):
        found.setdefault(check.group, []).append(check)
    return found


def test_every_stack_file_is_checked_if_no_stack_is_given(project: Path) -> None:
    (project / "stacks" / "Pulumi.prod.yaml").write_text("config: {}\n")

    found = looked(project, None)

    assert found.keys() == {"machine", "checkout", "stack file"}
    assert {check.name: check.verdict for check in found["stack file"]} == {
        "schema.json": CheckStatus.WARN,
        "team-schema.json": CheckStatus.WARN,
        "local": CheckStatus.OK,
        "onprem": CheckStatus.OK,
        "prod": CheckStatus.FAIL,
    }


def test_quotas_and_offerings_are_reported_without_credentials(project: Path) -> None:
    found = looked(project, "prod")

    assert [(check.verdict, check.found) for check in found["account"]] == [
        (CheckStatus.SKIP, "this machine has no AWS credentials")
    ]
    assert CheckStatus.WARN in {check.verdict for check in found["quotas"]}
    assert {check.name for check in found["offerings"] if check.verdict is not CheckStatus.OK} == {
        "control plane"
    }
    assert [check.verdict for check in found["backups"]] == [CheckStatus.SKIP]
    assert [check.verdict for check in found["cluster"]] == [CheckStatus.WARN, CheckStatus.SKIP]


def test_quotas_of_another_account_are_not_read(project: Path, aws: Aws) -> None:
    file = project / "stacks" / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("123456789012", "999999999999"))

    def sign_in(_: str) -> Aws:
        return aws

    found = looked(project, "prod", sign_in)

    assert found["account"][0].verdict is CheckStatus.FAIL
    assert all("" in check.found for check in found["quotas"])
    assert [check.verdict for check in found["backups"]] == [CheckStatus.SKIP]


def test_invalid_stack_file_ends_the_checks_of_its_stack(project: Path) -> None:
    (project / "stacks" / "Pulumi.prod.yaml").write_text("config: {}\n")

    assert looked(project, "prod").keys() == {"machine", "checkout", "stack file"}


def test_missing_kubeconfig_of_the_user_fails(project: Path) -> None:
    file = project / "stacks" / "Pulumi.onprem.yaml"
    file.write_text(file.read_text().replace("~/.kube/onprem.yaml", "no/such/kubeconfig"))

    [found] = looked(project, "onprem")["cluster"]

    assert found.verdict is CheckStatus.FAIL
    assert "no/such/kubeconfig does not exist" in found.found
    assert [check.verdict for check in looked(project, "local")["cluster"]] == [CheckStatus.SKIP]


def test_unreachable_cluster_fails(project: Path) -> None:
    (project / ".local").mkdir()
    (project / ".local" / "kubeconfig").write_text("not: a kubeconfig\n")

    [found] = looked(project, "local")["cluster"]

    assert (found.verdict, found.name) == (CheckStatus.FAIL, "connection")
