"""Names of objects of the whole cluster: those of another Prometheus and its operator are not touched."""

from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import PROJECT
from tests.unit.platforms import platform_of


def test_objects_of_the_whole_cluster_have_names_of_the_platform() -> None:
    made = platform_of(load(PROJECT / "stacks/Pulumi.onprem.yaml"))[0]
    names = {
        it["metadata.name"]
        for kind in ("ClusterRole", "ClusterRoleBinding", "APIService")
        for it in made.of(kind)
        if "Telemetry" in it.urn
    }
    assert names
    assert not [it for it in names if not it.startswith("gpu-cluster-")]


def test_nothing_binds_a_port_of_a_node_or_is_found_by_monitors() -> None:
    made = platform_of(load(PROJECT / "stacks/Pulumi.onprem.yaml"))[0]
    pods = [it["spec.template.spec"] for kind in ("DaemonSet", "StatefulSet") for it in made.of(kind)]
    ports = [port for pod in pods for it in pod["containers"] for port in it.get("ports", [])]
    assert ports
    assert not [it for it in ports if "hostPort" in it]
    assert not [it for it in pods if it.get("hostNetwork")]
    services = [it["metadata.name"] for it in made.of("Service") if it["metadata.namespace"] == "telemetry"]
    assert sorted(services) == ["prometheus"]
    assert not made.of("ServiceMonitor")
    assert not made.of("PodMonitor")


def test_telemetry_is_on_where_the_file_says_nothing_but_on_this_machine() -> None:
    on = {
        name: load(PROJECT / f"stacks/Pulumi.{name}.yaml").telemetry.enabled
        for name in ("prod", "onprem", "edge", "local")
    }
    assert on == {"prod": True, "onprem": True, "edge": True, "local": False}
