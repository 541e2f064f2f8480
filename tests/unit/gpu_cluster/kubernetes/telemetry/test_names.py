"""Names of cluster-scoped telemetry objects do not collide with another Prometheus or its operator."""

from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import PROJECT
from tests.unit.platforms import shared_platform_of


def test_cluster_scoped_objects_have_the_platform_prefix() -> None:
    made = shared_platform_of(load(PROJECT / "stacks/Pulumi.onprem.yaml"))[0]
    names = {
        it["metadata.name"]
        for kind in ("ClusterRole", "ClusterRoleBinding", "APIService")
        for it in made.of(kind)
        if "Telemetry" in it.urn
    }
    assert names
    assert not [it for it in names if not it.startswith("gpu-cluster-")]


def test_telemetry_uses_no_host_ports_and_no_monitors() -> None:
    made = shared_platform_of(load(PROJECT / "stacks/Pulumi.onprem.yaml"))[0]
    pods = [it["spec.template.spec"] for kind in ("DaemonSet", "StatefulSet") for it in made.of(kind)]
    ports = [port for pod in pods for it in pod["containers"] for port in it.get("ports", [])]
    assert ports
    assert not [it for it in ports if "hostPort" in it]
    assert not [it for it in pods if it.get("hostNetwork")]
    services = [it["metadata.name"] for it in made.of("Service") if it["metadata.namespace"] == "telemetry"]
    assert sorted(services) == ["prometheus"]
    assert not made.of("ServiceMonitor")
    assert not made.of("PodMonitor")


def test_telemetry_is_on_by_default_except_on_a_local_cluster() -> None:
    on = {
        name: load(PROJECT / f"stacks/Pulumi.{name}.yaml").telemetry.enabled
        for name in ("prod", "onprem", "edge", "local")
    }
    assert on == {"prod": True, "onprem": True, "edge": True, "local": False}
