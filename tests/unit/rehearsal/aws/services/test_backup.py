from typing import Any

import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import Resource, make, refusal
from tests.unit.rehearsal.aws.services.policies import trust

PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"


@pytest.fixture
def vault(api: Api, key: Resource) -> Resource:
    return make(api, "aws:backup/vault:Vault", kmsKeyArn=key["arn"])


def daily(vault: Resource, **more: Any) -> dict[str, Any]:
    standard = {"ruleName": "daily", "targetVaultName": vault["name"], "schedule": "cron(0 1 * * ? *)"}
    return standard | {"lifecycle": {"deleteAfter": 35}} | more


def test_a_plan_changes_in_place_and_a_vault_in_its_tags(api: Api, vault: Resource) -> None:
    plan = make(api, PLAN, rules=[daily(vault)])
    version = plan["version"]

    assert plan.change(rules=[daily(vault, lifecycle={"deleteAfter": 40})]) == "updated"
    assert plan["version"] != version
    assert vault.change(tags={"use": "test"}) == "updated"
    assert vault.change(kmsKeyArn=None) == "replaced"
    plan.goes()
    vault.goes()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"schedule": "daily"}, "Invalid schedule expression daily"),
        ({"startWindow": 30}, "at least 60 minutes, not 30"),
        ({"completionWindow": 60}, "60 minutes after the start window of 60"),
        ({"lifecycle": {"coldStorageAfter": 30, "deleteAfter": 40}}, "90 days after cold storage at 30"),
        ({"targetVaultName": "lost"}, "ResourceNotFoundException: lost"),
    ],
)
def test_rules_that_nobody_can_follow_are_refused(
    api: Api, vault: Resource, more: dict[str, Any], words: str
) -> None:
    assert words in refusal(api, PLAN, rules=[daily(vault, **more)])


def test_a_plan_stays_while_something_is_selected(api: Api, vault: Resource) -> None:
    plan = make(api, PLAN, rules=[daily(vault)])
    role = make(api, "aws:iam/role:Role", assumeRolePolicy=trust("backup.amazonaws.com"))
    selection = make(
        api,
        SELECTION,
        planId=plan.id,
        iamRoleArn=role["arn"],
        selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}],
        conditions=[{"stringEquals": [{"key": "aws:ResourceTag/stage", "value": "prod"}]}],
    )

    assert selection.change(resources=["*"]) == "replaced"
    with pytest.raises(ProviderError, match="selections must be deleted prior"):
        plan.goes()

    selection.goes()
    plan.goes()


def test_a_selection_needs_a_role_of_backup_and_something_to_cover(api: Api, vault: Resource) -> None:
    plan = make(api, PLAN, rules=[daily(vault)])
    stranger = make(api, "aws:iam/role:Role", assumeRolePolicy=trust("ec2.amazonaws.com"))
    role = make(api, "aws:iam/role:Role", assumeRolePolicy=trust("backup.amazonaws.com"))

    assert "cannot be assumed" in refusal(
        api, SELECTION, planId=plan.id, iamRoleArn=stranger["arn"], resources=["*"]
    )
    assert "selects nothing" in refusal(api, SELECTION, planId=plan.id, iamRoleArn=role["arn"])


def test_a_lock_is_replaced_rather_than_changed(api: Api, vault: Resource) -> None:
    lock = make(
        api,
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        backupVaultName=vault["name"],
        minRetentionDays=7,
    )

    assert lock.change(minRetentionDays=8) == "replaced"
    lock.goes()
