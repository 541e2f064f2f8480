from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.fsx.lustre import complete


def asked(capacity: int | None = 1200, **settings: Any) -> dict[str, Any]:
    whole = {
        name: settings.pop(name) for name in ("StorageType", "FileSystemTypeVersion") if name in settings
    }
    size = {"StorageCapacity": capacity} if capacity else {}
    return {"FileSystemType": "LUSTRE", **size, **whole, "LustreConfiguration": settings}


def test_omitted_settings_get_defaults() -> None:
    system = complete(asked())

    assert system["StorageType"] == "SSD"
    assert system["FileSystemTypeVersion"] == "2.10"
    assert system["LustreConfiguration"]["DeploymentType"] == "SCRATCH_1"


@pytest.mark.parametrize(
    ("settings", "version"),
    [({}, "2.12"), ({"MetadataConfiguration": {"Mode": "AUTOMATIC"}}, "2.15")],
)
def test_persistent_2_defaults_to_a_later_lustre_version(settings: dict[str, Any], version: str) -> None:
    system = complete(asked(DeploymentType="PERSISTENT_2", PerUnitStorageThroughput=125, **settings))

    assert system["FileSystemTypeVersion"] == version


def test_backups_get_a_default_start_time() -> None:
    settings: dict[str, Any] = {"DeploymentType": "PERSISTENT_1", "PerUnitStorageThroughput": 50}

    assert "DailyAutomaticBackupStartTime" not in complete(asked(**settings))["LustreConfiguration"]
    backed = complete(asked(**settings, AutomaticBackupRetentionDays=7))["LustreConfiguration"]
    assert backed["DailyAutomaticBackupStartTime"] == "04:00"


PERSISTENT: dict[str, Any] = {"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125}
HARD_DISKS: dict[str, Any] = {
    "DeploymentType": "PERSISTENT_1",
    "StorageType": "HDD",
    "DriveCacheType": "NONE",
}


@pytest.mark.parametrize(
    ("capacity", "settings", "words"),
    [
        (1300, {}, "capacity 1300 GiB is not valid for SCRATCH_1"),
        (4800, {}, "capacity 4800 GiB is not valid for SCRATCH_1"),
        (3600, PERSISTENT, "capacity 3600 GiB is not valid for PERSISTENT_2"),
        (None, PERSISTENT, "capacity None"),
        (1800, HARD_DISKS | {"PerUnitStorageThroughput": 12}, "capacity 1800 GiB is not valid"),
        (1200, PERSISTENT | {"PerUnitStorageThroughput": 200}, "200 is none of 125, 250, 500, 1000"),
        (1200, {"PerUnitStorageThroughput": 50}, "not supported for SCRATCH_1"),
        (1200, {"StorageType": "HDD"}, "HDD needs DeploymentType PERSISTENT_1"),
        (1200, PERSISTENT | {"ImportPath": "s3://bucket"}, "by a data repository association"),
        (1200, {"AutomaticBackupRetentionDays": 7}, "SCRATCH_1 file systems have no backups"),
        (1200, {"MetadataConfiguration": {"Mode": "AUTOMATIC"}}, "not supported for SCRATCH_1"),
        (1200, PERSISTENT | {"EfaEnabled": True}, "EfaEnabled needs a MetadataConfiguration"),
        (1200, PERSISTENT | {"FileSystemTypeVersion": "2.10"}, "Lustre 2.10 is not supported"),
        (1200, {"FileSystemTypeVersion": "2.11"}, "has to be one of 2.10, 2.12, 2.15"),
        (1200, {"StorageType": "INTELLIGENT_TIERING"}, "takes ThroughputCapacity"),
    ],
)
def test_invalid_combination_of_settings_is_refused(
    capacity: int | None, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ApiError, match=words):
        complete(asked(capacity, **settings))


@pytest.mark.parametrize(
    ("capacity", "settings"),
    [
        (3600, {}),
        (4800, PERSISTENT),
        (6000, HARD_DISKS | {"PerUnitStorageThroughput": 12}),
        (1800, HARD_DISKS | {"PerUnitStorageThroughput": 40}),
    ],
)
def test_valid_storage_capacity_is_accepted(capacity: int, settings: dict[str, Any]) -> None:
    assert complete(asked(capacity, **settings))["StorageCapacity"] == capacity


def test_other_file_system_types_have_no_emulation() -> None:
    with pytest.raises(ApiError, match="WINDOWS has no emulation"):
        complete(asked() | {"FileSystemType": "WINDOWS"})
