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


def test_registry_volume_has_the_configured_size() -> None:
    assert claim(registry(size="7Gi"))["resources"]["requests"] == {"storage": "7Gi"}


def test_registry_volume_has_the_configured_storage_class() -> None:
    assert claim(registry(storageClass="fast"))["storageClassName"] == "fast"


def test_registry_volume_without_storage_class_uses_the_cluster_default() -> None:
    assert "storageClassName" not in claim(registry())


def test_registry_url_resolves_to_its_pod() -> None:
    graph = registry()
    component = graph.only("Registry")
    assert graph.outputs[component.urn] == {"url": "registry.registry.svc.cluster.local:5000"}

    service, server = graph.only("Service"), graph.only("StatefulSet")
    assert f"{service['metadata.name']}.{service['metadata.namespace']}" == "registry.registry"
    [port], [container] = service["spec.ports"], server["spec.template.spec.containers"]
    assert port["port"] == 5000
    assert {"name": port["targetPort"], "containerPort": 5000} in container["ports"]
    assert service["spec.selector"] == server["spec.template.metadata.labels"]


def test_registry_accepts_only_its_port_and_has_no_egress() -> None:
    policies = {p["metadata.name"]: p["spec"] for p in registry().of("NetworkPolicy")}
    assert set(policies) == {"default-deny", "allow-clients"}
    assert policies["allow-clients"]["ingress"] == [{"ports": [{"port": 5000, "protocol": "TCP"}]}]


def test_registry_writes_only_to_its_volume() -> None:
    [container] = registry().only("StatefulSet")["spec.template.spec.containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/var/lib/registry"]
