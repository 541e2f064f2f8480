from typing import Any

import yaml

from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS
from tests.unit.gpu_cluster.kubernetes.telemetry.test_telemetry import graph, policy

STACK = "teams-on-a-site"


def maps(made: Any, label: str) -> dict[str, Any]:
    return {
        it["metadata.name"]: it
        for it in made.of("ConfigMap")
        if it["metadata"].get("labels", {}).get(label) == "1"
    }


def test_every_dashboard_config_map_has_the_grafana_sidecar_label() -> None:
    made = maps(graph(STACK, grafana={}), "grafana_dashboard")
    assert made.keys() == {f"grafana-dashboard-{name}" for name in DASHBOARDS}
    for name in DASHBOARDS:
        assert list(made[f"grafana-dashboard-{name}"]["data"]) == [f"gpu-cluster-{name}.json"]


def test_grafana_datasource_is_the_prometheus_of_the_platform() -> None:
    [source] = maps(graph(STACK, grafana={}, intervalSeconds=15), "grafana_datasource").values()
    [given] = yaml.safe_load(source["data"]["gpu-cluster.yaml"])["datasources"]
    assert (given["type"], given["url"]) == ("prometheus", "http://prometheus.telemetry.svc:9090")
    assert given["jsonData"] == {"timeInterval": "15s"}


def test_only_grafana_pods_reach_prometheus() -> None:
    made = graph(STACK, grafana={"namespace": "watch", "labels": {"app": "grafana"}})
    [rule] = policy(made, "telemetry", "allow-grafana")["ingress"]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "watch"}
    assert peer["podSelector"]["matchLabels"] == {"app": "grafana"}
    assert [it["port"] for it in rule["ports"]] == [9090]


def test_no_grafana_objects_without_the_grafana_key() -> None:
    made = graph(STACK)
    assert not maps(made, "grafana_dashboard")
    assert not [it for it in made.of("NetworkPolicy") if it["metadata.name"] == "allow-grafana"]
