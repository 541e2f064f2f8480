from typing import Any

import pytest

from gpu_cluster.aws.stores import CopyDestination
from tests.unit.gpu_cluster.aws.stores.made import DATA_KEY, made

COPIES_KEY = "arn:aws:kms:eu-west-1:123456789012:key/copies"
COPIES = CopyDestination("eu-west-1", COPIES_KEY, days=None)
STORAGE: dict[str, Any] = {
    "home": {"kind": "efs", "backup_days": 14},
    "datasets": {"kind": "fsx-lustre", "size": "1.2Ti"},
}


def test_each_file_system_has_a_backup_plan_with_its_retention() -> None:
    graph = made(STORAGE)
    plans = {f"{plan.name}-id": plan["rules.0.lifecycle.deleteAfter"] for plan in graph.of("Plan")}
    chosen = {it["name"]: (plans[it["planId"]], it["resources"]) for it in graph.of("Selection")}

    assert chosen == {
        "home": (14, ["arn:aws:test:::s-home-files"]),
        "datasets": (35, ["arn:aws:test:::s-datasets-files"]),
    }


def test_backup_vault_is_encrypted_with_the_data_key() -> None:
    graph = made(STORAGE)

    vault = graph.only("Vault")
    assert "region" not in vault.inputs
    assert vault["kmsKeyArn"] == DATA_KEY
    assert {plan["rules.0.targetVaultName"] for plan in graph.of("Plan")} == {f"{vault.name}-1a2b3c4"}


def test_backup_selection_waits_for_the_policies_of_its_role() -> None:
    graph = made(STORAGE)
    attached = graph.of("RolePolicyAttachment")

    assert len(attached) == 2
    assert all(graph.waits_for(it, policy) for it in graph.of("Selection") for policy in attached)


def test_vaults_are_deleted_before_the_role_that_deletes_their_recovery_points() -> None:
    graph = made(STORAGE, copies=COPIES)
    attached = graph.of("RolePolicyAttachment")

    assert len(graph.of("Vault")) == 2
    assert all(graph.waits_for(it, policy) for it in graph.of("Vault") for policy in attached)


@pytest.mark.parametrize(
    "storage",
    [
        {"home": {"kind": "efs", "backup_days": 0}},
        {"datasets": {"kind": "fsx-lustre", "size": "1.2Ti", "s3": "s3://example-datasets"}},
        {"disk": {"kind": "ebs", "reclaim": "delete"}, "models": {"kind": "s3"}},
        {"disk": {"kind": "ebs", "backup_days": 0}},
    ],
    ids=["file system disabled", "linked to a bucket", "reclaim delete", "volumes disabled"],
)
def test_no_vault_without_backups(storage: dict[str, Any]) -> None:
    graph = made(storage)

    assert not graph.of("Vault")
    assert not graph.of("Plan")


def test_backup_selects_volumes_by_the_tag_of_their_storage_class() -> None:
    graph = made({"fast": {"kind": "ebs"}, "slow": {"kind": "ebs", "backup_days": 7}})

    chosen = {it["name"]: (it["resources"], it["conditions"]) for it in graph.of("Selection")}
    assert chosen == {
        name: (
            ["arn:aws:ec2:*:*:volume/*"],
            [
                {
                    "stringEquals": [
                        {"key": "aws:ResourceTag/gpu-cluster/storage-class", "value": f"test/{name}"}
                    ]
                }
            ],
        )
        for name in ("fast", "slow")
    }


def test_volumes_with_reclaim_delete_are_backed_up_if_configured() -> None:
    graph = made({"disk": {"kind": "ebs", "reclaim": "delete", "backup_days": 3}})

    assert graph.only("Plan")["rules.0.lifecycle.deleteAfter"] == 3


def test_backups_are_copied_to_a_vault_of_another_region_with_its_key() -> None:
    graph = made(STORAGE, copies=COPIES)

    [elsewhere] = [it for it in graph.of("Vault") if it.inputs.get("region")]
    assert (elsewhere["region"], elsewhere["kmsKeyArn"]) == ("eu-west-1", COPIES_KEY)
    copied = {it.name: it["rules.0.copyActions"] for it in graph.of("Plan")}
    arn = f"arn:aws:test:::{elsewhere.name}"
    assert copied == {
        "s-backups-home": [{"destinationVaultArn": arn, "lifecycle": {"deleteAfter": 14}}],
        "s-backups-datasets": [{"destinationVaultArn": arn, "lifecycle": {"deleteAfter": 35}}],
    }


def test_backup_copies_have_their_own_retention() -> None:
    graph = made(STORAGE, copies=CopyDestination("eu-west-1", COPIES_KEY, days=90))

    assert {it["rules.0.copyActions.0.lifecycle.deleteAfter"] for it in graph.of("Plan")} == {90}


@pytest.mark.parametrize("protect", [True, False])
def test_protection_of_copy_vaults_follows_the_stack(protect: bool) -> None:
    for vault in made(STORAGE, copies=COPIES, protect=protect).of("Vault"):
        assert (vault.protected, vault.retained) == (protect, protect)
        assert vault["forceDestroy"] is not protect


@pytest.mark.parametrize("protect", [True, False])
def test_protection_of_the_backup_vault_follows_the_stack(protect: bool) -> None:
    vault = made(STORAGE, protect=protect).only("Vault")

    assert (vault.protected, vault.retained) == (protect, protect)
    assert vault["forceDestroy"] is not protect
