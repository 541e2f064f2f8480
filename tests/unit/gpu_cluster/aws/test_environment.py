"""Committed stacks on AWS: ownership, order and protection of their resources."""

import json
from pathlib import Path

import pytest

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.plan import Graph, Registered
from gpu_cluster.stack import load
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[4] / "stacks"

HOLDS_DATA = {
    "aws:backup/vault:Vault",
    "aws:ecr/repository:Repository",
    "aws:efs/fileSystem:FileSystem",
    "aws:fsx/lustreFileSystem:LustreFileSystem",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
}
OF_THE_WHOLE_ACCOUNT = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
DELETED_WITH_ITS_GROUP = "aws:autoscaling/schedule:Schedule"
PLATFORM = "platform"
OF_THE_FOUNDATION = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


@pytest.fixture(scope="module", params=["dev", "staging", "prod"])
def stack(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def graph(stack: str) -> Graph:
    return platform_of(load(STACKS / f"Pulumi.{stack}.yaml"))[0]


def of_package(graph: Graph, package: str) -> list[Registered]:
    return [r for r in graph.resources if r.type.startswith(f"{package}:")]


def addon(graph: Graph, name: str) -> Registered:
    [found] = [r for r in graph.of("Addon") if r["addonName"] == name]
    return found


def groups(graph: Graph) -> list[Registered]:
    """EKS node groups, without the components that create them."""
    return graph.of("nodeGroup:NodeGroup")


def test_every_resource_uses_the_explicit_provider_of_the_stack(graph: Graph) -> None:
    for package in ("aws", "kubernetes"):
        [provider] = graph.of(f"providers:{package}")
        resources = of_package(graph, package)
        assert resources
        assert {r.provider.rpartition("::")[0] for r in resources} == {provider.urn}


def test_provider_has_account_region_and_tags_of_the_stack_file(graph: Graph, stack: str) -> None:
    settings = load(STACKS / f"Pulumi.{stack}.yaml")
    [provider] = graph.of("providers:aws")
    assert isinstance(settings.cluster, EksSettings)
    assert provider["region"] == settings.region
    assert json.loads(provider["allowedAccountIds"]) == [settings.cluster.account]
    assert json.loads(provider["defaultTags"]) == {"tags": {"gpu-cluster/stack": "test", **settings.tags}}


def test_every_aws_resource_belongs_to_a_component(graph: Graph) -> None:
    by_urn = {r.urn: r for r in graph.resources}
    orphans = [
        r.urn
        for r in of_package(graph, "aws")
        if not by_urn[r.parent].type.startswith("gpu-cluster:index:")
        or by_urn[r.parent].type.endswith(":Platform")
    ]
    assert orphans == []


def test_node_groups_wait_for_the_bootstrap_add_ons(graph: Graph) -> None:
    for group in groups(graph):
        for name in OF_THE_FOUNDATION:
            assert graph.waits_for(group, addon(graph, name)), (group.name, name)


def test_node_groups_wait_for_nat_routes_and_endpoints(graph: Graph) -> None:
    for group in groups(graph):
        for way_out in (*graph.of("NatGateway"), *graph.of("Route"), *graph.of("VpcEndpoint")):
            assert graph.waits_for(group, way_out), (group.name, way_out.name)


def test_coredns_waits_for_an_untainted_node_group(graph: Graph) -> None:
    [system] = [r for r in groups(graph) if not r.inputs.get("taints")]
    assert graph.waits_for(addon(graph, "coredns"), system)


def test_storage_classes_and_volumes_have_their_csi_driver(graph: Graph) -> None:
    """`ebs.csi.aws.com` is served by the add-on aws-ebs-csi-driver."""
    served = {r["driver"] for r in graph.of("VolumeSnapshotClass")}
    served |= {r["provisioner"] for r in graph.of("StorageClass")}
    served |= {r["spec.csi.driver"] for r in graph.of("PersistentVolume")}
    assert served
    for driver in served:
        service = driver.removesuffix(".csi.aws.com").replace("s3", "mountpoint-s3")
        assert addon(graph, f"aws-{service}-csi-driver")
    assert graph.of("VolumeSnapshotClass")
    assert addon(graph, "snapshot-controller")


def test_kubernetes_objects_wait_for_node_groups_and_add_ons(graph: Graph) -> None:
    """Deletion is in reverse order: deleting a volume needs its driver, and a driver needs a node."""
    objects = of_package(graph, "kubernetes")
    served = [r for r in objects if not r.name.startswith(f"{PLATFORM}-gpu")]
    assert served
    for resource in objects:
        for earlier in groups(graph):
            assert graph.waits_for(resource, earlier), (resource.urn, earlier.name)
    for resource in served:
        for earlier in graph.of("Addon"):
            assert graph.waits_for(resource, earlier), (resource.urn, earlier.name)


def test_gpu_daemonsets_do_not_wait_for_coredns(graph: Graph) -> None:
    for daemons in graph.of("DaemonSet"):
        if daemons["metadata.namespace"] != "telemetry-nodes":  # which nothing waits for
            assert not graph.waits_for(daemons, addon(graph, "coredns")), daemons.name


def test_control_plane_does_not_wait_for_nat_and_endpoints(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    for way_out in (*graph.of("NatGateway"), *graph.of("VpcEndpoint")):
        assert not graph.waits_for(cluster, way_out), way_out.name


def test_only_objects_that_mount_a_store_wait_for_it(stack: str, graph: Graph) -> None:
    stores = graph.of("LustreFileSystem") + graph.of("DataRepositoryAssociation") + graph.of("MountTarget")
    assert bool(stores) is (stack != "dev")
    for store in stores:
        waiting = {r["metadata.name"] for r in of_package(graph, "kubernetes") if graph.waits_for(r, store)}
        assert waiting == ({"home"} if "MountTarget" in store.urn else {"datasets-serving"}), store.name


def test_only_the_model_with_a_cache_waits_for_its_store() -> None:
    prod = load(STACKS / "Pulumi.prod.yaml")
    model = prod.serving.models["code"]
    assert model.cache
    cache = model.cache.model_copy(update={"storage_class": "home"})
    serving = prod.serving.model_copy(
        update={"models": {"code": model.model_copy(update={"cache": cache}), "draft": model}}
    )
    graph, _ = platform_of(prod.model_copy(update={"serving": serving}))
    code, draft = graph.get("Deployment", "code"), graph.get("Deployment", "draft")
    for target in graph.of("MountTarget"):
        assert graph.waits_for(code, target)
        assert not graph.waits_for(draft, target)


def test_cluster_is_created_after_the_network_and_before_the_nodes(graph: Graph) -> None:
    cluster = graph.only("cluster:Cluster")
    for group in groups(graph):
        assert graph.waits_for(group, cluster)
    for part in (*graph.of("Subnet"), *graph.of("RouteTableAssociation")):
        assert graph.waits_for(cluster, part), part.name


def test_protection_of_stateful_resources_follows_the_stack(graph: Graph, stack: str) -> None:
    protect = load(STACKS / f"Pulumi.{stack}.yaml").protect
    kept = [r for r in graph.resources if r.type in HOLDS_DATA or r.type == "aws:eks/cluster:Cluster"]
    assert {r.type for r in kept} >= {"aws:kms/key:Key", "aws:eks/cluster:Cluster"}
    assert {r.urn for r in kept if (r.protected or r.retained) is not protect} == set()
    assert graph.only("cluster:Cluster")["deletionProtection"] is protect


def test_unprotected_stack_retains_only_account_wide_settings() -> None:
    graph, _ = platform_of(load(STACKS / "Pulumi.prod.yaml").model_copy(update={"protect": False}))
    kept = {r.type for r in graph.resources if r.protected or r.retained}
    assert kept == {OF_THE_WHOLE_ACCOUNT, DELETED_WITH_ITS_GROUP}
    assert [r.urn for r in graph.of("bucket:Bucket") if not r["forceDestroy"]] == []
    assert [r.urn for r in graph.of("repository:Repository") if not r["forceDelete"]] == []


def test_log_groups_have_a_retention_and_a_key(graph: Graph) -> None:
    groups = graph.of("LogGroup")
    assert groups
    for group in groups:
        assert group["retentionInDays"] >= 1, group.urn
        assert group["kmsKeyId"], group.urn


def test_components_have_no_aliases(graph: Graph) -> None:
    """An alias would mean a rename, and no release has had another name."""
    own = [r for r in graph.resources if r.type.startswith("gpu-cluster:")]
    assert [r.urn for r in own if r.aliases] == []


def test_launch_templates_tag_instances_and_volumes(graph: Graph, stack: str) -> None:
    tags = {"gpu-cluster/stack": "test", **load(STACKS / f"Pulumi.{stack}.yaml").tags}
    for template in graph.of("LaunchTemplate"):
        tagged = {it["resourceType"]: it["tags"] for it in template["tagSpecifications"]}
        assert {"instance", "volume"} <= tagged.keys()
        for kind in ("instance", "volume"):
            assert tags.items() <= tagged[kind].items()


def test_ebs_driver_tags_claimed_volumes_with_the_stack_tags(graph: Graph, stack: str) -> None:
    tags = {"gpu-cluster/stack": "test", **load(STACKS / f"Pulumi.{stack}.yaml").tags}
    [driver] = [it for it in graph.of("Addon") if it["addonName"] == "aws-ebs-csi-driver"]
    assert json.loads(driver["configurationValues"])["controller"]["extraVolumeTags"] == tags


def test_pod_identity_associations_precede_node_groups_and_pods(graph: Graph) -> None:
    """EKS associations take seconds to become effective; a pod gets credentials only when it starts."""
    groups = [r for r in graph.resources if r.type == "aws:eks/nodeGroup:NodeGroup"]
    associations = [
        r for r in graph.resources if r.type == "aws:eks/podIdentityAssociation:PodIdentityAssociation"
    ]

    assert associations
    assert [it.name for it in associations if any(graph.waits_for(it, group) for group in groups)] == []
    started = [
        r for r in graph.resources if r.type in ("kubernetes:apps/v1:Deployment", "aws:eks/addon:Addon")
    ]
    assert any(graph.waits_for(it, group) for it in started for group in groups)
