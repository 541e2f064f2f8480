from datetime import date
from fractions import Fraction

from gpu_cluster.cost import Item, priced, usage_of
from gpu_cluster.cost.money import Range
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, UNPRICED_REGION, aws, missing


def monthly(*items: Item, day: date = TODAY) -> dict[str, Range]:
    return {line.what: line.monthly for line in priced(items, REGION, day=day).lines}


def cluster(version: str = "1.35", **more: object) -> Item:
    return aws("eks/cluster:Cluster", "cluster", version=version, **more)


def test_control_plane_costs_hours_and_scaling_tier() -> None:
    amounts = monthly(cluster(controlPlaneScalingConfig={"tier": "tier-xl"}))

    assert amounts["control plane"] == Range.of(73)  # 730 x 0.10
    assert amounts["control plane, tier-xl"] == Range.of(Fraction("1204.5"))  # 730 x 1.65


def test_control_plane_in_extended_support_costs_six_times_as_much() -> None:
    amounts = monthly(cluster("1.35"), day=date(2027, 3, 28))

    assert amounts["control plane, Kubernetes 1.35 in extended support"] == Range.of(438)  # 730 x 0.60


def test_hybrid_nodes_cost_cpu_hours() -> None:
    assert monthly(cluster(remoteNetworkConfig={"remoteNodeNetworks": {}}))["hybrid nodes"] == Range.of(
        Fraction("2803.2")  # 192 x 730 x 0.02
    )


def test_unsupported_kubernetes_version_has_no_price() -> None:
    [cause] = missing(cluster("1.9"))
    assert cause.startswith("Cluster: expected a Kubernetes version that EKS supports, got 1.9")


def test_log_group_costs_ingestion_and_retention() -> None:
    assert monthly(aws("cloudwatch/logGroup:LogGroup", retentionInDays=90)) == {
        "logs written": Range.of(15),  # 30 GB x 0.50
        "logs kept 90 days": Range.of(Fraction("2.7")),  # 3 months of 30 GB x 0.03
    }


def test_keys_secrets_alarms_and_queues_have_prices() -> None:
    assert monthly(aws("kms/key:Key")) == {
        "key": Range.of(1),
        "key, requests": Range.of(Fraction("0.6")),  # 20 x 0.03
    }
    assert monthly(aws("secretsmanager/secret:Secret")) == {"secret": Range.of(Fraction("0.4"))}
    assert monthly(aws("cloudwatch/metricAlarm:MetricAlarm")) == {"alarm": Range.of(Fraction("0.1"))}
    assert monthly(aws("sqs/queue:Queue")) == {"queue, requests": Range.of(Fraction("0.4"))}


REPOSITORY = aws("ecr/repository:Repository", "apps", name="apps/gateway")


def test_repository_costs_storage_and_scanning() -> None:
    scanning = aws("ecr/registryScanningConfiguration:RegistryScanningConfiguration", scanType="ENHANCED")

    assert monthly(REPOSITORY) == {"images": Range.of(Fraction("1.5"))}  # 15 GB x 0.10
    assert monthly(REPOSITORY, scanning) == {
        "images": Range.of(Fraction("1.5")),
        "images, first scan": Range.of(Fraction("0.72")),  # 8 x 0.09
        "images, scanned again": Range.of(Fraction("2.4")),  # 8 x 30 x 0.01
    }


def test_image_replication_costs_storage_and_transfer() -> None:
    rule = {"destinations": [{"region": "us-west-2"}], "repositoryFilters": [{"filter": "apps/"}]}
    copies = aws(
        "ecr/replicationConfiguration:ReplicationConfiguration", replicationConfiguration={"rules": [rule]}
    )
    other = aws("ecr/repository:Repository", "vision", name="vision/train")
    amounts = monthly(REPOSITORY, other, copies)

    assert amounts["copies of images in us-west-2"] == Range.of(Fraction("1.5"))  # 15 GB x 0.10
    assert amounts["images sent to us-west-2"] == Range.of(Fraction("0.3"))  # 15 GB x 0.02


def test_image_replication_to_an_unpriced_region_is_reported() -> None:
    rule = {"destinations": [{"region": UNPRICED_REGION}]}
    copies = aws(
        "ecr/replicationConfiguration:ReplicationConfiguration", replicationConfiguration={"rules": [rule]}
    )

    assert missing(copies) == ["no price for ECR storage in us-gov-west-1 (it)"]


def test_pull_through_cache_costs_storage() -> None:
    rule = [aws("ecr/pullThroughCacheRule:PullThroughCacheRule")]
    [line] = priced(rule, REGION, day=TODAY, usage=usage_of({"cached-gb": "100"})).lines

    assert line.monthly == Range.of(10)  # 100 GB x 0.10
