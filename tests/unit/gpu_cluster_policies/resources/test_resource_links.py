"""Links between resources by property: in a plan, at preview, and in plain documents."""

from typing import Any

import pytest

from gpu_cluster_policies import UNKNOWN, Resource
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import NotKnownError
from gpu_cluster_policies.resources.resource_links import ResourceLink

BUCKETS = frozenset({"aws:s3/bucket:Bucket"})
BLOCK = ResourceLink(
    frozenset({"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"}), ("bucket",), BUCKETS
)
SUBNETS = ResourceLink(
    frozenset({"aws:eks/cluster:Cluster"}), ("vpcConfig", "subnetIds"), frozenset({"aws:ec2/subnet:Subnet"})
)


def _bucket(name: str, **outputs: Any) -> Resource:
    return Resource("aws:s3/bucket:Bucket", {}, name, outputs, urn=f"urn:{name}")


def _block(bucket: Any, *made_of: str) -> Resource:
    [kind] = BLOCK.of
    return Resource(kind, {"bucket": bucket}, "block", made_of={"bucket": made_of})


def _plain_block(bucket: Any) -> Resource:
    [kind] = BLOCK.of
    return Resource(kind, {"bucket": bucket}, "block")


def _subnet(name: str) -> Resource:
    return Resource("aws:ec2/subnet:Subnet", {}, name, {"id": UNKNOWN}, urn=f"urn:{name}")


def _cluster(subnets: Any, *made_of: str) -> Resource:
    properties = {"vpcConfig": {"subnetIds": subnets}}
    return Resource("aws:eks/cluster:Cluster", properties, "prod", made_of={"vpcConfig": made_of})


def _linked(bucket: Resource, *others: Resource) -> list[Resource]:
    return list(Inventory([bucket, *others]).linked(bucket, BLOCK))


@pytest.mark.parametrize("said", ["models-1a2b3c4", "arn:aws:s3:::models-1a2b3c4"])
def test_known_value_links_to_the_resource_with_that_output(said: str) -> None:
    bucket = _bucket("models", id="models-1a2b3c4", arn="arn:aws:s3:::models-1a2b3c4")
    own, others = _block(said), _block("datasets-1a2b3c4")

    assert _linked(bucket, own, others) == [own]


def test_requested_name_links_to_the_resource() -> None:
    bucket = Resource("aws:s3/bucket:Bucket", {"bucket": "models"}, "bucket")

    assert len(_linked(bucket, _plain_block("models"), _plain_block("datasets"))) == 1


def test_unknown_value_links_by_the_dependencies_of_the_engine() -> None:
    models, datasets = _bucket("models", id=UNKNOWN), _bucket("datasets", id=UNKNOWN)
    block = _block(UNKNOWN, "urn:models")
    inventory = Inventory([models, datasets, block])

    assert inventory.linked(models, BLOCK) == [block]
    assert inventory.linked(datasets, BLOCK) == ()
    assert inventory.targets(block, BLOCK) == [models]


@pytest.mark.parametrize(
    "block",
    [
        _block(UNKNOWN),
        _block(UNKNOWN, "urn:key"),
        _block(UNKNOWN, "urn:models", "urn:datasets"),
        _plain_block(UNKNOWN),
        _plain_block("models"),
    ],
    ids=["no dependency", "other dependency", "two dependencies", "no dependency data", "unnamed resource"],
)
def test_ambiguous_unknown_value_raises_not_known_error(block: Resource) -> None:
    models, datasets = _bucket("models", id=UNKNOWN), _bucket("datasets", id=UNKNOWN)

    with pytest.raises(NotKnownError):
        Inventory([models, datasets, block]).linked(models, BLOCK)


def test_literal_name_does_not_link_to_an_unnamed_resource() -> None:
    assert _linked(_bucket("models", id=UNKNOWN), _block("datasets")) == []


def test_certain_link_ignores_unknown_ones() -> None:
    own = _block("models")

    assert _linked(_bucket("models", id="models"), own, _plain_block(UNKNOWN)) == [own]


def test_each_unknown_element_links_to_one_dependency() -> None:
    one, two = _subnet("one"), _subnet("two")
    cluster = _cluster([UNKNOWN, UNKNOWN], "urn:one", "urn:two", "urn:group")

    assert Inventory([one, two, cluster]).targets(cluster, SUBNETS) == [one, two]


@pytest.mark.parametrize("subnets", [UNKNOWN, [UNKNOWN]])
def test_unknown_element_with_several_dependencies_raises_not_known_error(subnets: Any) -> None:
    cluster = _cluster(subnets, "urn:one", "urn:two")

    with pytest.raises(NotKnownError):
        Inventory([_subnet("one"), _subnet("two"), cluster]).targets(cluster, SUBNETS)


def test_value_of_a_resource_outside_the_stack_links_to_nothing() -> None:
    cluster = _cluster(["subnet-1", "subnet-2"])

    assert Inventory([cluster]).targets(cluster, SUBNETS) == []


def test_known_values_without_names_link_by_dependencies() -> None:
    one, two = Resource("aws:ec2/subnet:Subnet", {}, "one", urn="urn:one"), _subnet("two")
    cluster = _cluster(["subnet-1", "subnet-2"], "urn:one", "urn:two", "urn:group")

    assert Inventory([one, two, cluster]).targets(cluster, SUBNETS) == [one, two]
