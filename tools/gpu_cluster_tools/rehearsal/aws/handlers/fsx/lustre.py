"""Valid types of FSx for Lustre file systems. Source: FSx API reference, CreateFileSystem, 2026-08-22."""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document

_THROUGHPUT = {
    ("PERSISTENT_1", "SSD"): (50, 100, 200),
    ("PERSISTENT_1", "HDD"): (12, 40),
    ("PERSISTENT_2", "SSD"): (125, 250, 500, 1000),
}
"""MB/s for each TiB, by deployment and storage type."""

_LINKED_BY_PATH = ("SCRATCH_1", "SCRATCH_2", "PERSISTENT_1")
_PATHS = ("ImportPath", "ExportPath", "ImportedFileChunkSize", "AutoImportPolicy")
_VERSIONS = ("2.10", "2.12", "2.15")


def complete(given: Mapping[str, Any]) -> Document:
    """Parameters of a file system with FSx's defaults for unset fields. `ApiError` if they are invalid."""
    if given["FileSystemType"] != "LUSTRE":
        raise ApiError(
            "BadRequest", f"FileSystemType {given['FileSystemType']} has no emulation in rehearsal/aws"
        )
    lustre: Document = {
        "DeploymentType": "SCRATCH_1",
        "WeeklyMaintenanceStartTime": "7:03:00",
        "DataCompressionType": "NONE",
        "LogConfiguration": {"Level": "DISABLED"},
        "EfaEnabled": False,
        **given.get("LustreConfiguration", {}),
    }
    if lustre["DeploymentType"].startswith("PERSISTENT"):
        backups = {"AutomaticBackupRetentionDays": 0, "CopyTagsToBackups": False}
        lustre = {**backups, **lustre}
        if lustre["AutomaticBackupRetentionDays"]:
            lustre.setdefault("DailyAutomaticBackupStartTime", "04:00")
    system = {
        "StorageType": "SSD",
        "FileSystemTypeVersion": _standard_version(lustre),
        **given,
        "LustreConfiguration": lustre,
    }
    require_sound(system)
    return system


def require_sound(system: Mapping[str, Any]) -> None:
    """Reject invalid combinations of parameters."""
    for words in _problems(system):
        raise ApiError("BadRequest", words)


def _problems(system: Mapping[str, Any]) -> Iterator[str]:
    lustre, storage = system["LustreConfiguration"], system["StorageType"]
    deployment, capacity = lustre["DeploymentType"], system.get("StorageCapacity")
    throughput = lustre.get("PerUnitStorageThroughput")
    allowed = _THROUGHPUT.get((deployment, storage), ())
    if allowed and throughput not in allowed:
        choices = ", ".join(map(str, allowed))
        yield f"PerUnitStorageThroughput {throughput} is none of {choices}, those of {deployment} {storage}"
    if not allowed and throughput is not None:
        yield f"PerUnitStorageThroughput is not supported for {deployment} {storage}"
    if storage == "HDD" and (deployment != "PERSISTENT_1" or "DriveCacheType" not in lustre):
        yield "StorageType HDD needs DeploymentType PERSISTENT_1 and a DriveCacheType"
    if storage == "INTELLIGENT_TIERING":
        if capacity or not {"ThroughputCapacity", "DataReadCacheConfiguration"} <= lustre.keys():
            yield "INTELLIGENT_TIERING takes ThroughputCapacity and DataReadCacheConfiguration alone"
    elif not capacity or not _is_a_capacity(capacity, deployment, storage, throughput):
        yield f"Storage capacity {capacity} GiB is not valid for {deployment} {storage}"
    if deployment not in _LINKED_BY_PATH and any(name in lustre for name in _PATHS):
        yield f"{deployment} is linked to a bucket by a data repository association, not by a path"
    if deployment.startswith("SCRATCH") and lustre.get("AutomaticBackupRetentionDays"):
        yield f"{deployment} file systems have no backups"
    if deployment != "PERSISTENT_2" and ("MetadataConfiguration" in lustre or lustre["EfaEnabled"]):
        yield f"MetadataConfiguration and EfaEnabled are not supported for {deployment}"
    if lustre["EfaEnabled"] and "MetadataConfiguration" not in lustre:
        yield "EfaEnabled needs a MetadataConfiguration"
    yield from _wrong_versions(system["FileSystemTypeVersion"], lustre)


def _is_a_capacity(capacity: int, deployment: str, storage: str, throughput: int | None) -> bool:
    """GiB."""
    if storage == "HDD":
        return capacity % (6000 if throughput == 12 else 1800) == 0
    step = 3600 if deployment == "SCRATCH_1" else 2400
    return capacity in (1200, 2400) or capacity % step == 0


def _wrong_versions(version: str, lustre: Mapping[str, Any]) -> Iterator[str]:
    if version not in _VERSIONS:
        yield f"FileSystemTypeVersion has to be one of {', '.join(_VERSIONS)}; got {version}"
    elif version < _standard_version(lustre):
        yield f"Lustre {version} is not supported for {lustre['DeploymentType']} with these settings"


def _standard_version(lustre: Mapping[str, Any]) -> str:
    """The oldest version that a file system can have, which is the default."""
    if lustre["DeploymentType"] != "PERSISTENT_2":
        return "2.10"
    return "2.15" if "MetadataConfiguration" in lustre else "2.12"
