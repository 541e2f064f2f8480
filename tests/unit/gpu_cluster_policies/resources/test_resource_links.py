"""Links of a property: in a plan, in the engine before anything exists, and in plain documents."""

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
def test_a_known_value_speaks_of_what_it_names(said: str) -> None:
    bucket = _bucket("models", id="models-1a2b3c4", arn="arn:aws:s3:::models-1a2b3c4")
    own, others = _block(said), _block("datasets-1a2b3c4")

    assert _linked(bucket, own, others) == [own]


def test_a_name_that_was_asked_for_is_a_name() -> None:
    bucket = Resource("aws:s3/bucket:Bucket", {"bucket": "models"}, "bucket")

    assert len(_linked(bucket, _plain_block("models"), _plain_block("datasets"))) == 1


def test_before_anything_exists_the_engine_tells_whose_output_it_is() -> None:
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
    ids=["of nothing", "of something else", "of either", "nobody tells", "of what has no name yet"],
)
def test_what_cannot_be_known_is_not_known(block: Resource) -> None:
    models, datasets = _bucket("models", id=UNKNOWN), _bucket("datasets", id=UNKNOWN)

    with pytest.raises(NotKnownError):
        Inventory([models, datasets, block]).linked(models, BLOCK)


def test_a_name_that_the_program_wrote_is_no_output_of_what_has_no_name_yet() -> None:
    assert _linked(_bucket("models", id=UNKNOWN), _block("datasets")) == []


def test_what_is_certain_needs_no_other() -> None:
    own = _block("models")

    assert _linked(_bucket("models", id="models"), own, _plain_block(UNKNOWN)) == [own]


def test_each_unknown_element_is_one_output() -> None:
    one, two = _subnet("one"), _subnet("two")
    cluster = _cluster([UNKNOWN, UNKNOWN], "urn:one", "urn:two", "urn:group")

    assert Inventory([one, two, cluster]).targets(cluster, SUBNETS) == [one, two]


@pytest.mark.parametrize("subnets", [UNKNOWN, [UNKNOWN]])
def test_what_was_chosen_of_several_is_not_known(subnets: Any) -> None:
    cluster = _cluster(subnets, "urn:one", "urn:two")

    with pytest.raises(NotKnownError):
        Inventory([_subnet("one"), _subnet("two"), cluster]).targets(cluster, SUBNETS)


def test_what_lies_outside_of_the_stack_is_none_of_its_resources() -> None:
    cluster = _cluster(["subnet-1", "subnet-2"])

    assert Inventory([cluster]).targets(cluster, SUBNETS) == []


def test_unused_names_link_by_the_outputs_that_they_contain() -> None:
    one, two = Resource("aws:ec2/subnet:Subnet", {}, "one", urn="urn:one"), _subnet("two")
    cluster = _cluster(["subnet-1", "subnet-2"], "urn:one", "urn:two", "urn:group")

    assert Inventory([one, two, cluster]).targets(cluster, SUBNETS) == [one, two]
