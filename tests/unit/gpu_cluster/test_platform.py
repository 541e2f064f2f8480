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
    """Every room, and every kind of pool, storage and model."""
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
    """From the parent up."""
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


def test_everything_belongs_to_the_platform_and_is_named_after_its_parent(graph: Graph) -> None:
    [root] = graph.of("Platform")
    for resource in graph.resources:
        if resource is root:
            continue
        line = ancestors(graph, resource)
        assert line[-1] is root, resource.urn
        assert (resource.name + "-").startswith(line[0].name + "-"), resource.urn


def test_every_component_says_that_it_is_complete(graph: Graph) -> None:
    assert {component.urn for component in components(graph)} <= set(graph.outputs)


def test_nothing_waits_for_what_it_replaces(graph: Graph) -> None:
    assert [each.urn for each in objects(graph) if not each.deleted_before_replaced] == []
    assert not any(each.deleted_before_replaced for each in components(graph))


def test_types_are_those_of_the_project(graph: Graph) -> None:
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


def test_there_is_one_provider_and_every_object_has_it(graph: Graph) -> None:
    provider = graph.only("kubernetes")
    assert {resource.provider.split("::")[:4] == provider.urn.split("::") for resource in objects(graph)} == {
        True
    }


def test_every_object_has_a_plain_name_and_the_stack_files_word(graph: Graph) -> None:
    for resource in objects(graph):
        assert not resource["metadata.name"].startswith("platform"), resource.urn
        assert resource["metadata.annotations"]["pulumi.com/patchForce"] == "true", resource.urn


def test_no_two_resources_share_a_place(graph: Graph) -> None:
    places = [(r.type, r["metadata"].get("namespace"), r["metadata.name"]) for r in objects(graph)]
    assert len(places) == len(set(places))


def test_namespaces_are_the_last_to_go(graph: Graph) -> None:
    namespaces = {r["metadata.name"]: r for r in objects(graph) if r.type.endswith(":Namespace")}
    inside = [r for r in objects(graph) if "namespace" in r["metadata"]]
    assert {r["metadata.namespace"] for r in inside} == set(namespaces)
    for resource in inside:
        assert graph.waits_for(resource, namespaces[resource["metadata.namespace"]]), resource.urn


def test_models_start_where_gpus_are_offered_and_their_storage_is_known(graph: Graph) -> None:
    for model, classes in (("chat", ("disk", "disk-scratch")), ("code", ("models",))):
        deployment = graph.get("Deployment", model)
        for daemons in graph.of("DaemonSet"):
            telemetry = daemons["metadata.namespace"] == "telemetry-nodes"
            assert graph.waits_for(deployment, daemons) is not telemetry
        awaited = [c for c in graph.of("StorageClass") if graph.waits_for(deployment, c)]
        assert {c["metadata.name"] for c in awaited} == set(classes)


def test_every_container_states_what_it_needs_and_exactly_what_it_runs(graph: Graph) -> None:
    workloads = [r for r in objects(graph) if "template" in r.inputs.get("spec", {})]
    assert {r.type.rpartition(":")[2] for r in workloads} == {"DaemonSet", "Deployment", "StatefulSet"}
    for workload in workloads:
        spec = workload["spec.template.spec"]
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            assert set(container["resources"]["requests"]) >= {"cpu", "memory"}, workload.urn
            assert "@sha256:" in container["image"], workload.urn


def test_outputs_say_what_there_is() -> None:
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
def test_a_room_that_nothing_asks_for_is_not_built(sections: dict[str, Any], room: str) -> None:
    graph, _ = platform_of(stack_of(**sections))
    assert not graph.of(room)


def test_every_image_comes_through_the_mirror() -> None:
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


def test_its_interface_is_what_programs_are_written_against() -> None:
    parameters = inspect.signature(Platform.__init__).parameters
    secrets = ["hub_token", "registry_password", "gateway_keys"]
    assert list(parameters) == ["self", "name", "stack", "backend", *secrets, "opts"]
    assert parameters["backend"].kind is inspect.Parameter.KEYWORD_ONLY


def test_no_stack_serves_models_in_a_namespace_of_the_platform(graph: Graph) -> None:
    own = {r["metadata.name"] for r in objects(graph) if r.type.endswith(":Namespace")} - {"serving"}
    refused = {name for name in own if any(serving(stack_of(serving={"namespace": name})))}
    assert refused == own != set()
