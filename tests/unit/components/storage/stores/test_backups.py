from typing import Any

import pytest

from tests.unit.components.storage.stores.made import DATA_KEY, made

STORAGE: dict[str, Any] = {
    "home": {"kind": "efs", "backup_days": 14},
    "datasets": {"kind": "fsx-lustre", "size": "1.2Ti"},
}


def test_file_systems_are_backed_up_every_day_each_for_its_own_time() -> None:
    graph = made(STORAGE)
    plans = {f"{plan.name}-id": plan["rules.0.lifecycle.deleteAfter"] for plan in graph.of("Plan")}
    chosen = {it["name"]: (plans[it["planId"]], it["resources"]) for it in graph.of("Selection")}

    assert chosen == {
        "home": (14, ["arn:aws:test:::s-home-files"]),
        "datasets": (35, ["arn:aws:test:::s-datasets-files"]),
    }


def test_backups_are_encrypted_with_the_key_of_data() -> None:
    graph = made(STORAGE)

    vault = graph.only("Vault")
    assert vault["kmsKeyArn"] == DATA_KEY
    assert {plan["rules.0.targetVaultName"] for plan in graph.of("Plan")} == {f"{vault.name}-1a2b3c4"}


def test_nothing_is_backed_up_before_it_is_allowed() -> None:
    graph = made(STORAGE)
    attached = graph.of("RolePolicyAttachment")

    assert len(attached) == 2
    assert all(graph.waits_for(it, policy) for it in graph.of("Selection") for policy in attached)


@pytest.mark.parametrize(
    "storage",
    [
        {"home": {"kind": "efs", "backup_days": 0}},
        {"datasets": {"kind": "fsx-lustre", "size": "1.2Ti", "s3": "s3://example-datasets"}},
        {"disk": {"kind": "ebs"}, "models": {"kind": "s3"}},
    ],
    ids=["not wanted", "linked to a bucket", "no file system"],
)
def test_what_is_not_backed_up_needs_no_vault(storage: dict[str, Any]) -> None:
    graph = made(storage)

    assert not graph.of("Vault")
    assert not graph.of("Plan")


@pytest.mark.parametrize("protect", [True, False])
def test_backups_stay_as_long_as_the_stack_is_protected(protect: bool) -> None:
    vault = made(STORAGE, protect=protect).only("Vault")

    assert (vault.protected, vault.retained) == (protect, protect)
    assert vault["forceDestroy"] is not protect
