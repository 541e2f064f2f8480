from typing import Any

from gpu_cluster.config.registry import InClusterRegistry
from gpu_cluster.kubernetes.registry import Registry
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


def registry(**settings: Any) -> Graph:
    chosen = InClusterRegistry.model_validate(settings)
    return graph_of(lambda: Registry("r", chosen, image="registry:3"))


def claim(graph: Graph) -> dict[str, Any]:
    return graph.only("StatefulSet")["spec.volumeClaimTemplates.0.spec"]


def test_images_lie_on_a_volume_of_the_size_given() -> None:
    assert claim(registry(size="7Gi"))["resources"]["requests"] == {"storage": "7Gi"}


def test_its_class_is_the_one_that_the_settings_name() -> None:
    assert claim(registry(storageClass="fast"))["storageClassName"] == "fast"


def test_without_one_the_cluster_chooses() -> None:
    assert "storageClassName" not in claim(registry())


def test_its_address_leads_to_its_pod() -> None:
    graph = registry()
    component = graph.only("Registry")
    assert graph.outputs[component.urn] == {"url": "registry.registry.svc.cluster.local:5000"}

    service, server = graph.only("Service"), graph.only("StatefulSet")
    assert f"{service['metadata.name']}.{service['metadata.namespace']}" == "registry.registry"
    [port], [container] = service["spec.ports"], server["spec.template.spec.containers"]
    assert port["port"] == 5000
    assert {"name": port["targetPort"], "containerPort": 5000} in container["ports"]
    assert service["spec.selector"] == server["spec.template.metadata.labels"]


def test_it_is_reached_on_its_port_alone_and_reaches_nothing() -> None:
    policies = {p["metadata.name"]: p["spec"] for p in registry().of("NetworkPolicy")}
    assert set(policies) == {"default-deny", "allow-clients"}
    assert policies["allow-clients"]["ingress"] == [{"ports": [{"port": 5000, "protocol": "TCP"}]}]


def test_it_writes_to_its_volume_alone() -> None:
    [container] = registry().only("StatefulSet")["spec.template.spec.containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/var/lib/registry"]
