"""Resources of pools that Karpenter provisions."""

import json
from typing import Any

import pytest

from gpu_cluster.aws.karpenter import CHARTS, Karpenter
from gpu_cluster.aws.nodes import NodeContext
from gpu_cluster.capacity import pools_of
from gpu_cluster.images import charts_below
from gpu_cluster.plan import Graph, Registered
from tests.unit.gpu_cluster.stacks import stack_of
from tests.unit.graph import graph_of

ZONES = ("eu-central-1a", "eu-central-1b")
CONTEXT = NodeContext(
    cluster_name="ml-1a2b3c4",
    version="1.35",
    subnets={zone: f"subnet-{zone[-1]}" for zone in ZONES},
    security_group="sg-1",
    volumes_key="arn:aws:kms:eu-central-1:123456789012:key/volumes",
    tags={"environment": "dev"},
)
CLUSTER: dict[str, Any] = {
    "provider": "eks",
    "account": "123456789012",
    "version": "1.35",
    "access": {"ops": {"principal": "arn:aws:iam::123456789012:role/ops", "policy": "cluster-admin"}},
}
SYSTEM = {"instance": "m7i.xlarge", "nodes": 2}
POOLS: dict[str, Any] = {
    "spot": {"instance": "g6.4xlarge", "nodes": {"min": 0, "max": 6}, "capacity": "spot"},
    "batch": {"instance": "c7i.4xlarge", "nodes": {"min": 0, "max": 10}, "zones": ["eu-central-1b"]},
    "held": {
        "instance": "p5.48xlarge",
        "nodes": {"min": 0, "max": 2},
        "capacity": {"reservation": {"id": "cr-0123456789abcdef0", "zone": "eu-central-1a", "count": 2}},
        "update": {"maxUnavailable": 2},
    },
    "bottle": {
        "instance": "g6.xlarge",
        "nodes": {"min": 0, "max": 1},
        "ami": {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"},
    },
}


def karpenter(**settings: bool) -> Graph:
    """Graph of Karpenter with these settings on every pool."""
    stack = stack_of(
        cluster=CLUSTER,
        network={"cidr": "10.0.0.0/16", "zones": list(ZONES)},
        storage={},
        serving={},
        pools={
            "system": SYSTEM,
            **{name: {**pool, **settings, "provisioner": "karpenter"} for name, pool in POOLS.items()},
        },
    )
    pools = {name: pool for name, pool in pools_of(stack).items() if name in POOLS}
    return graph_of(
        lambda: Karpenter(
            "karpenter",
            pools,
            stack.pools,
            context=CONTEXT,
            account="123456789012",
            region="eu-central-1",
            charts=charts_below(CHARTS, "mirror.example.com"),
            mirror="mirror.example.com",
            replicas=2,
            isolated=False,
        )
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return karpenter()


def node_pool(graph: Graph, name: str) -> Registered:
    return graph.get("v1:NodePool", name)


def node_class(graph: Graph, name: str) -> Registered:
    return graph.get("v1:EC2NodeClass", name)


def required(graph: Graph, name: str) -> dict[str, list[str]]:
    return {each["key"]: each["values"] for each in node_pool(graph, name)["spec.template.spec.requirements"]}


def test_each_pool_has_a_node_pool_and_a_node_class_of_the_same_name(graph: Graph) -> None:
    for name in POOLS:
        assert node_pool(graph, name)["spec.template.spec.nodeClassRef.name"] == name
        assert node_class(graph, name)


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("spot", {"karpenter.sh/capacity-type": ["spot"], "topology.kubernetes.io/zone": list(ZONES)}),
        ("batch", {"karpenter.sh/capacity-type": ["on-demand"], "topology.kubernetes.io/zone": [ZONES[1]]}),
        ("held", {"karpenter.sh/capacity-type": ["reserved"], "topology.kubernetes.io/zone": [ZONES[0]]}),
    ],
)
def test_node_pool_requires_the_capacity_type_zone_and_instance_type(
    graph: Graph, pool: str, expected: dict[str, list[str]]
) -> None:
    assert required(graph, pool) == expected | {"node.kubernetes.io/instance-type": [POOLS[pool]["instance"]]}


def test_node_pool_limits_follow_the_maximum_node_count(graph: Graph) -> None:
    assert node_pool(graph, "spot")["spec.limits"] == {"cpu": str(6 * 16), "nvidia.com/gpu": "6"}
    assert set(node_pool(graph, "batch")["spec.limits"]) == {"cpu"}


def test_gpu_node_pool_has_a_taint_and_consolidates_only_if_empty(graph: Graph) -> None:
    spot = node_pool(graph, "spot")
    assert spot["spec.template.spec.taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    ]
    assert spot["spec.disruption.consolidationPolicy"] == "WhenEmpty"
    assert node_pool(graph, "batch")["spec.disruption.consolidationPolicy"] == "WhenEmptyOrUnderutilized"


def test_disruption_budget_follows_max_unavailable(graph: Graph) -> None:
    assert node_pool(graph, "spot")["spec.disruption.budgets"] == [{"nodes": "1"}]
    assert node_pool(graph, "held")["spec.disruption.budgets"] == [{"nodes": "2"}]


def test_node_pool_sets_no_kubernetes_io_labels(graph: Graph) -> None:
    labels = node_pool(graph, "spot")["spec.template.metadata.labels"]
    assert labels["gpu-cluster/pool"] == "spot"
    assert not [key for key in labels if "kubernetes.io" in key]


def test_node_class_requires_imdsv2_encrypted_disks_and_a_pinned_ami(graph: Graph) -> None:
    spot = node_class(graph, "spot")
    assert spot["spec.metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    [disk] = spot["spec.blockDeviceMappings"]
    assert (disk["ebs"]["encrypted"], disk["ebs"]["kmsKeyID"]) == (True, CONTEXT.volumes_key)
    assert spot["spec.amiSelectorTerms"][0]["alias"].startswith("al2023@v20")
    assert spot["spec.subnetSelectorTerms"] == [{"id": "subnet-a"}, {"id": "subnet-b"}]
    assert spot["spec.tags"] == {
        "environment": "dev",
        "gpu-cluster/pool": "spot",
        "ebs.csi.aws.com/cluster-name": "ml-1a2b3c4",
    }


def test_reservation_is_selected_by_id_in_its_zone_only(graph: Graph) -> None:
    held = node_class(graph, "held")
    assert held["spec.capacityReservationSelectorTerms"] == [{"id": "cr-0123456789abcdef0"}]
    assert held["spec.subnetSelectorTerms"] == [{"id": "subnet-a"}]


def test_instance_store_policy_is_set_only_with_raid0_user_data(graph: Graph) -> None:
    """On Bottlerocket the policy would add commands to those of the user data."""
    counted = {name for name in POOLS if node_class(graph, name)["spec"].get("instanceStorePolicy")}
    joined = {name for name in POOLS if '"strategy": "RAID0"' in node_class(graph, name)["spec.userData"]}
    assert counted == joined == {"spot", "held"}


def test_bottlerocket_root_volume_is_the_second_disk(graph: Graph) -> None:
    bottle = node_class(graph, "bottle")
    assert bottle["spec.amiSelectorTerms"] == [{"alias": "bottlerocket@v1.63.0"}]
    system, data = bottle["spec.blockDeviceMappings"]
    assert (system["deviceName"], data["deviceName"]) == ("/dev/xvda", "/dev/xvdb")
    assert "rootVolume" not in system
    assert data["rootVolume"] is True


def test_controller_is_created_before_the_pools(graph: Graph) -> None:
    kinds, chart = graph.of("helm.sh:v4:Chart")
    assert graph.waits_for(chart, kinds)
    for name in POOLS:
        assert graph.waits_for(node_class(graph, name), chart)
        assert graph.waits_for(node_pool(graph, name), node_class(graph, name))


def test_controller_waits_for_its_role_and_the_access_entry_of_nodes(graph: Graph) -> None:
    _, chart = graph.of("helm.sh:v4:Chart")
    association, entry = graph.only("PodIdentityAssociation"), graph.only("AccessEntry")
    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", "karpenter")
    assert entry["type"] == "EC2_LINUX"
    assert graph.waits_for(chart, association)
    assert graph.waits_for(chart, entry)


def test_chart_is_pinned_and_its_image_comes_from_the_mirror(graph: Graph) -> None:
    kinds, chart = graph.of("helm.sh:v4:Chart")
    charts = "oci://mirror.example.com/public.ecr.aws/karpenter"
    assert (kinds["chart"], chart["chart"]) == (f"{charts}/karpenter-crd", f"{charts}/karpenter")
    assert kinds["version"] == chart["version"] == "1.13.0"
    image = chart["values.controller.image"]
    assert image["repository"] == "mirror.example.com/public.ecr.aws/karpenter/controller"
    assert (image["tag"], image["digest"][:7]) == ("1.13.0", "sha256:")


def test_node_repair_feature_gate_follows_the_pools(graph: Graph) -> None:
    """Feature gate of the chart, for all NodePools."""
    gates = "values.settings.featureGates"
    assert graph.of("helm.sh:v4:Chart")[1][gates] == {"nodeRepair": True}
    assert karpenter(repair=False).of("helm.sh:v4:Chart")[1][gates] == {"nodeRepair": False}


def test_interruption_queue_accepts_only_the_five_event_rules_over_tls(graph: Graph) -> None:
    rules, targets = graph.of("EventRule"), graph.of("EventTarget")
    assert len(rules) == len(targets) == 5
    write, tls = json.loads(graph.only("QueuePolicy")["policy"])["Statement"]
    assert write["Principal"] == {"Service": "events.amazonaws.com"}
    assert len(write["Condition"]["ArnEquals"]["aws:SourceArn"]) == 5
    assert tls["Effect"] == "Deny"
