from gpu_cluster.catalog import ADDONS
from gpu_cluster.config.storage import Ebs, Efs, HostPath, StorageSettings
from gpu_cluster.config.stores import S3, FsxLustre
from gpu_cluster.kubernetes.storage import csi_addons

STORAGE: dict[str, StorageSettings] = {
    "disk": Ebs(kind="ebs", default=True),
    "fast": Ebs(kind="ebs", iops=8000),
    "home": Efs(kind="efs"),
    "datasets": FsxLustre(kind="fsx-lustre", size="1.2Ti"),
    "models": S3(kind="s3"),
}


def test_each_storage_kind_needs_its_csi_add_on() -> None:
    assert csi_addons(STORAGE) == {
        "snapshot-controller",
        "aws-ebs-csi-driver",
        "aws-efs-csi-driver",
        "aws-fsx-csi-driver",
        "aws-mountpoint-s3-csi-driver",
    }
    assert csi_addons(STORAGE) < set(ADDONS)


def test_storage_outside_aws_needs_no_add_on() -> None:
    assert csi_addons({"standard": HostPath(kind="host-path", default=True)}) == frozenset()
