from fractions import Fraction

import pytest

from gpu_cluster.cost import Item, priced
from gpu_cluster.cost.money import Range
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import (
    REGION,
    UNPRICED_REGION,
    aws,
    kubernetes,
    missing,
    model,
    scaler,
    storage_class,
)


def monthly(*items: Item) -> dict[str, Range]:
    return {line.what: line.monthly for line in priced(items, REGION, day=TODAY).lines}


def test_each_replica_is_charged_for_its_disk() -> None:
    fast = storage_class("fast", iops="4000", throughput="500")

    assert monthly(model("chat", size="40Gi"), scaler("chat", 3, 12), fast) == {
        "disk of class fast": Range.of(Fraction("9.6"), Fraction("38.4")),  # 3 and 12 x 40 x 0.08
        "disk of class fast, IOPS": Range.of(15, 60),  # 3 and 12 x 1000 x 0.005
        "disk of class fast, throughput": Range.of(45, 180),  # 3 and 12 x 375 x 0.04
    }


def test_disks_without_autoscaler_follow_the_replica_count() -> None:
    assert monthly(model(size="100Gi", replicas=2), storage_class())["disk of class fast"] == Range.of(16)


def test_disk_is_assigned_to_the_pool_of_its_pods() -> None:
    assert {line.pool for line in priced([model(), storage_class()], REGION, day=TODAY).lines} == {"l4"}


def test_volume_claim_is_charged_for_one_disk() -> None:
    claim = kubernetes(
        "PersistentVolumeClaim", "scratch", {"resources": {"requests": {"storage": "1Ti"}}}
    )  # of the default class

    assert monthly(claim, storage_class()) == {
        "disk of class fast": Range.of(Fraction("81.92"))
    }  # 1024 x 0.08


def test_efs_claims_and_existing_volumes_have_no_extra_cost() -> None:
    home = storage_class("home", "efs.csi.aws.com")
    there = kubernetes("PersistentVolumeClaim", "models", {"storageClassName": ""})

    assert not monthly(model(storage_class="home"), home, there)


def test_undefined_storage_class_has_no_price() -> None:
    assert missing(model("chat", storage_class="quick"), storage_class("fast")) == [
        "Deployment: expected a storage class, which determines the cost, got quick (chat)"
    ]


def test_lustre_costs_its_size_at_the_throughput_price() -> None:
    lustre = aws("fsx/lustreFileSystem:LustreFileSystem", storageCapacity=4800, perUnitStorageThroughput=250)

    assert monthly(lustre) == {"FSx for Lustre, 250 MB/s for each TiB": Range.of(1008)}  # 4800 x 0.21


@pytest.mark.parametrize(("mode", "dollars"), [("elastic", 69), ("bursting", 60)])
def test_efs_costs_storage_and_in_elastic_mode_throughput(mode: str, dollars: int) -> None:
    # 200 GB x 0.30, and 200 GB read x 0.03 and 50 GB written x 0.06
    amounts = monthly(aws("efs/fileSystem:FileSystem", throughputMode=mode)).values()

    assert sum(float(it.most) for it in amounts) == pytest.approx(dollars)


def test_bucket_costs_storage_and_requests() -> None:
    assert monthly(aws("s3/bucket:Bucket")) == {
        "S3": Range.of(23),  # 1000 GB x 0.023
        "S3, reads": Range.of(Fraction("0.4")),  # 1000 thousands x 0.0004
        "S3, writes": Range.of(Fraction("0.5")),  # 100 thousands x 0.005
    }


def copying_to(region: str) -> Item:
    vault = f"arn:aws:backup:{region}:123456789012:backup-vault:copies"
    return aws("backup/plan:Plan", rules=[{"copyActions": [{"destinationVaultArn": vault}]}])


def test_backup_copies_cost_storage_and_transfer() -> None:
    assert monthly(copying_to("us-west-2")) == {
        "backups": Range.of(20),
        "copies of backups in us-west-2": Range.of(20),  # 400 GB x 0.05
        "backups sent to us-west-2": Range.of(2),  # 100 GB x 0.02
    }


def test_backup_copies_to_an_unpriced_region_are_reported() -> None:
    assert missing(copying_to(UNPRICED_REGION)) == ["no price for backups in us-gov-west-1 (it)"]


def test_resource_in_another_region_has_the_prices_of_that_region() -> None:
    assert missing(aws("kms/key:Key", region=UNPRICED_REGION)) == [
        "no price for KMS keys in us-gov-west-1 (it)",
        "no price for KMS requests in us-gov-west-1 (it)",
    ]


def selection(arn: str) -> Item:
    return aws("backup/selection:Selection", resources=[arn])._replace(name="it-files")


def test_backup_of_volumes_costs_the_snapshot_price() -> None:
    disks = selection("arn:aws:ec2:*:*:volume/*")

    # 400 GB x 0.0475, the snapshot price; eu-north-1 has no known price for backups of file systems
    assert monthly(aws("backup/plan:Plan", region="eu-north-1"), disks) == {"backups": Range.of(19)}
    assert missing(
        aws("backup/plan:Plan", region="eu-north-1"), selection("arn:aws:elasticfilesystem:x")
    ) == ["no price for backups in eu-north-1 (it)"]


def test_backups_and_snapshots_cost_storage() -> None:
    assert monthly(aws("backup/plan:Plan")) == {"backups": Range.of(20)}  # 400 GB x 0.05
    assert monthly(Item("VolumeSnapshotClass", "disks", {"driver": "ebs.csi.aws.com"})) == {
        "snapshots of disks": Range.of(0)  # none are assumed
    }
