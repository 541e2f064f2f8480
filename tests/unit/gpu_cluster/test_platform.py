import inspect
from typing import Any

import pytest

from gpu_cluster.plan import Graph, Registered
from gpu_cluster.platform import Platform
from gpu_cluster.stack.checks.serving import serving
from tests.unit.gpu_cluster.stacks import model_of, stack_of
from tests.unit.platforms import platform_of

COMPONENTS = "gpu-cluster:index:"


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A platform with every component and every kind of pool, storage and model."""
    pools = {
        "l4": {"instance": "g6.4xlarge", "nodes": 2},
        "mps": {"instance": "g6.4xlarge", "nodes": 2, "sharing": {"mps": 2}, "labels": {"rack": "r1"}},
        "mig": {
            "instance": "p5.48xlarge",
            "nodes": 1,
            "sharing": {"mig": {"1g.10gb": 7}},
            "labels": {"a": "b"},
        },
    }
    storage = {
        "disk": {"kind": "local-path", "default": True},
        "models": {"kind": "nfs", "server": "files", "share": "/models"},
    }
    models = {
        "chat": model_of(replicas={"min": 1, "max": 4}),
        "code": model_of(pool="mig", cache={"size": "9Gi", "storageClass": "models"}),
    }
    stack = stack_of(pools=pools, storage=storage, registry={"inCluster": {}}, serving={"models": models})
    return platform_of(stack, hub_token="hf_token")[0]


def ancestors(graph: Graph, resource: Registered) -> list[Registered]:
    """Ancestors, from the parent upwards."""
    by_urn = {r.urn: r for r in graph.resources}
    found: list[Registered] = []
    while resource.parent in by_urn:
        resource = by_urn[resource.parent]
        found.append(resource)
    return found


def components(graph: Graph) -> list[Registered]:
    return [r for r in graph.resources if r.type.startswith(COMPONENTS)]


def objects(graph: Graph) -> list[Registered]:
    return [r for r in graph.resources if r.type.startswith("kubernetes:")]


def test_every_resource_is_below_the_platform_and_named_after_its_parent(graph: Graph) -> None:
    [root] = graph.of("Platform")
    for resource in graph.resources:
        if resource is root:
            continue
        line = ancestors(graph, resource)
        assert line[-1] is root, resource.urn
        assert (resource.name + "-").startswith(line[0].name + "-"), resource.urn


def test_every_component_registers_outputs(graph: Graph) -> None:
    assert {component.urn for component in components(graph)} <= set(graph.outputs)


def test_kubernetes_objects_are_deleted_before_they_are_replaced(graph: Graph) -> None:
    assert [each.urn for each in objects(graph) if not each.deleted_before_replaced] == []
    assert not any(each.deleted_before_replaced for each in components(graph))


def test_platform_has_the_expected_component_types(graph: Graph) -> None:
    assert {c.type.removeprefix(COMPONENTS) for c in components(graph)} == {
        "Cluster",
        "DevicePlugin",
        "Model",
        "Namespace",
        "Platform",
        "Registry",
        "Serving",
        "StorageClasses",
        "Telemetry",
    }


def test_every_object_uses_the_single_kubernetes_provider(graph: Graph) -> None:
    provider = graph.only("kubernetes")
    assert {resource.provider.split("::")[:4] == provider.urn.split("::") for resource in objects(graph)} == {
        True
    }


def test_every_object_has_a_plain_name_and_the_patch_force_annotation(graph: Graph) -> None:
    for resource in objects(graph):
        assert not resource["metadata.name"].startswith("platform"), resource.urn
        assert resource["metadata.annotations"]["pulumi.com/patchForce"] == "true", resource.urn


def test_objects_are_unique_by_type_namespace_and_name(graph: Graph) -> None:
    places = [(r.type, r["metadata"].get("namespace"), r["metadata.name"]) for r in objects(graph)]
    assert len(places) == len(set(places))


def test_objects_depend_on_their_namespace(graph: Graph) -> None:
    namespaces = {r["metadata.name"]: r for r in objects(graph) if r.type.endswith(":Namespace")}
    inside = [r for r in objects(graph) if "namespace" in r["metadata"]]
    assert {r["metadata.namespace"] for r in inside} == set(namespaces)
    for resource in inside:
        assert graph.waits_for(resource, namespaces[resource["metadata.namespace"]]), resource.urn


def test_models_wait_for_device_plugins_and_their_storage_classes(graph: Graph) -> None:
    for model, classes in (("chat", ("disk", "disk-scratch")), ("code", ("models",))):
        deployment = graph.get("Deployment", model)
        for daemons in graph.of("DaemonSet"):
            telemetry = daemons["metadata.namespace"] == "telemetry-nodes"
            assert graph.waits_for(deployment, daemons) is not telemetry
        awaited = [c for c in graph.of("StorageClass") if graph.waits_for(deployment, c)]
        assert {c["metadata.name"] for c in awaited} == set(classes)


def test_every_container_has_requests_and_an_image_digest(graph: Graph) -> None:
    workloads = [r for r in objects(graph) if "template" in r.inputs.get("spec", {})]
    assert {r.type.rpartition(":")[2] for r in workloads} == {"DaemonSet", "Deployment", "StatefulSet"}
    for workload in workloads:
        spec = workload["spec.template.spec"]
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            assert set(container["resources"]["requests"]) >= {"cpu", "memory"}, workload.urn
            assert "@sha256:" in container["image"], workload.urn


def test_platform_outputs_pools_storage_registry_models_and_telemetry() -> None:
    _, outputs = platform_of(stack_of(registry={"inCluster": {}}))
    assert outputs == {
        "pools": {
            "l4": {"machine": "g6.4xlarge", "nodes": {"min": 2, "max": 2}, "gpus": {"nvidia.com/gpu": 1}}
        },
        "storage": {"default": "disk", "shared": []},
        "registry": {"url": "registry.registry.svc.cluster.local:5000"},
        "models": {
            "chat": {
                "namespace": "serving",
                "name": "chat",
                "url": "http://chat.serving.svc.cluster.local:8000/v1",
            }
        },
        "telemetry": {"url": "http://prometheus.telemetry.svc.cluster.local:9090"},
    }


@pytest.mark.parametrize(
    ("sections", "room"),
    [
        ({}, "Registry"),
        ({"serving": {}}, "Serving"),
        ({"gpu": {"devicePlugin": False}}, "DevicePlugin"),
        ({"pools": {"cpu": {"instance": "m7i.xlarge", "nodes": 1}}, "serving": {}}, "DevicePlugin"),
    ],
)
def test_unneeded_component_is_not_created(sections: dict[str, Any], room: str) -> None:
    graph, _ = platform_of(stack_of(**sections))
    assert not graph.of(room)


def test_every_image_comes_from_the_mirror() -> None:
    mirrored = stack_of(registry={"mirror": "harbor.example.com/mirror", "inCluster": {}})
    graph, _ = platform_of(mirrored)
    images = {
        container["image"]
        for resource in objects(graph)
        if "template" in resource.inputs.get("spec", {})
        for container in resource["spec.template.spec.containers"]
    }
    assert len(images) == 7
    assert all(image.startswith("harbor.example.com/mirror/") for image in images)


def test_platform_constructor_signature_is_stable() -> None:
    parameters = inspect.signature(Platform.__init__).parameters
    secrets = ["hub_token", "registry_password", "gateway_keys"]
    assert list(parameters) == ["self", "name", "stack", "backend", *secrets, "opts"]
    assert parameters["backend"].kind is inspect.Parameter.KEYWORD_ONLY


def test_serving_namespace_of_the_platform_is_rejected(graph: Graph) -> None:
    own = {r["metadata.name"] for r in objects(graph) if r.type.endswith(":Namespace")} - {"serving"}
    refused = {name for name in own if any(serving(stack_of(serving={"namespace": name})))}
    assert refused == own != set()
