import re
from functools import cache
from typing import Any

import yaml

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config import TelemetrySettings
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.telemetry import Telemetry
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.graph import graph_of
from tests.unit.platforms import shared_platform_of

ON_PREM = "on-prem-machines"


@cache
def graph_of_stack(stack: str) -> Any:
    loaded = load(STACKS / f"happy/{stack}.yaml")
    if "telemetry" not in loaded.model_fields_set:
        loaded = loaded.model_copy(update={"telemetry": TelemetrySettings()})
    return shared_platform_of(loaded)[0]


def graph(stack: str, **telemetry: Any) -> Any:
    if not telemetry:
        return graph_of_stack(stack)
    loaded = load(STACKS / f"happy/{stack}.yaml")
    chosen = loaded.telemetry.model_validate(telemetry)
    return shared_platform_of(loaded.model_copy(update={"telemetry": chosen}))[0]


def policy(graph: Any, namespace: str, name: str) -> dict[str, Any]:
    [found] = [
        it["spec"]
        for it in graph.of("NetworkPolicy")
        if (it["metadata.namespace"], it["metadata.name"]) == (namespace, name)
    ]
    return found


def jobs(graph: Any) -> dict[str, dict[str, Any]]:
    [config] = [it["data"] for it in graph.of("ConfigMap") if it["metadata.name"] == "prometheus"]
    return {it["job_name"]: it for it in yaml.safe_load(config["prometheus.yml"])["scrape_configs"]}


def kept(job: dict[str, Any]) -> list[str]:
    return [it["regex"] for it in job["relabel_configs"] if it.get("action") == "keep"]


def test_every_gpu_pool_has_a_dcgm_exporter_only_on_its_nodes() -> None:
    made = graph("teams-on-a-site")
    daemons = {it["metadata.name"]: it for it in made.of("DaemonSet")}
    plugins = {
        name.removeprefix("nvidia-device-plugin-") for name in daemons if name.startswith("nvidia-dev")
    }
    exporters = {name.removeprefix("dcgm-exporter-") for name in daemons if name.startswith("dcgm-")}
    assert exporters == plugins != set()
    for pool in exporters:
        nodes = [
            daemons[f"{name}-{pool}"]["spec.template.spec.affinity"]
            for name in ("dcgm-exporter", "nvidia-device-plugin")
        ]
        assert nodes[0] == nodes[1]


def test_dcgm_exporter_waits_for_the_mig_configuration_of_the_node() -> None:
    """DCGM holds the GPUs of its node open; their MIG mode can then change only with a reboot."""
    made = graph("eks-pool-everything")
    divided = [it for it in made.of("DaemonSet") if it["metadata.name"].startswith("dcgm-exporter-")]
    asked = [str(it["spec.template.spec.affinity"]) for it in divided]
    managed = {
        it["metadata.name"].removeprefix("nvidia-mig-manager-")
        for it in made.of("DaemonSet")
        if "mig-manager" in it["metadata.name"]
    }
    assert {
        it["metadata.name"].removeprefix("dcgm-exporter-")
        for it, terms in zip(divided, asked, strict=True)
        if "mig.config.state" in terms
    } == managed


def test_exporters_accept_only_prometheus() -> None:
    [rule] = policy(graph(ON_PREM), "telemetry-nodes", "allow-metrics")["ingress"]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "telemetry"}
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "prometheus"
    assert {it["port"] for it in rule["ports"]} == {9100, 9400}


def test_existing_prometheus_is_allowed_by_its_labels() -> None:
    made = graph(ON_PREM, prometheus="existing", scraper={"namespace": "obs", "labels": {"app": "vmagent"}})
    [rule] = policy(made, "telemetry-nodes", "allow-metrics")["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"] == {"app": "vmagent"}
    assert not [it for it in made.of("StatefulSet") if it["metadata.name"] == "prometheus"]
    assert not made.of("PodMonitor"), "the cluster may not have the kind"


def test_pod_monitors_are_created_if_configured() -> None:
    made = graph(ON_PREM, prometheus="existing", monitors=True)
    names = {it["metadata.name"] for it in made.of("PodMonitor")}
    assert names == {"gpu-cluster-dcgm-exporter", *(f"gpu-cluster-{engine}" for engine in ENGINES)}
    assert {it["metadata.namespace"] for it in made.of("PodMonitor")} == {"monitoring"}


def test_gateway_monitors_match_the_scrape_jobs_of_prometheus() -> None:
    made = graph("eks-gateway", prometheus="existing", monitors=True)
    own = jobs(graph("eks-gateway"))
    monitors = {it["metadata.name"]: it["spec"] for it in made.of("PodMonitor")}
    controller, proxies = (monitors[f"gpu-cluster-gateway-{part}"] for part in ("controller", "proxies"))

    assert controller["selector"] == {"matchLabels": {"control-plane": "envoy-gateway"}}
    assert controller["namespaceSelector"] == {"matchNames": ["envoy-gateway-system"]}
    assert proxies["selector"] == {"matchLabels": {"gateway.envoyproxy.io/owning-gateway-name": "models"}}
    for monitor, job in ((controller, "gateway-controller"), (proxies, "gateway-proxies")):
        [endpoint] = monitor["podMetricsEndpoints"]
        assert (endpoint["port"], endpoint["path"]) == ("metrics", own[job]["metrics_path"])
        rules = [
            {re.sub("[A-Z]", lambda it: f"_{it[0].lower()}", key): value for key, value in rule.items()}
            for rule in endpoint["metricRelabelings"]
        ]
        assert rules == own[job].get("metric_relabel_configs", [])


def test_disabled_telemetry_creates_no_objects() -> None:
    made = graph(ON_PREM, enabled=False)
    policies = [(it["metadata.namespace"], it["metadata.name"]) for it in made.of("NetworkPolicy")]
    assert not [(where, name) for where, name in policies if "telemetry" in where or name == "allow-metrics"]
    assert not [it for it in made.of("DaemonSet") if "exporter" in it["metadata.name"]]


def test_models_are_scraped_at_the_path_and_port_of_their_engine() -> None:
    found = jobs(graph("engines"))
    for engine, served in ENGINES.items():
        job = found[f"models-{engine}"]
        port = "metrics" if served.metrics_port else "http"
        assert job["metrics_path"] == served.metrics
        assert f"{engine};gpu-cluster;{port}" in kept(job)


def test_custom_server_is_scraped_at_its_own_port_and_path() -> None:
    made = graph("engines")
    [replicas] = [it for it in made.of("Deployment") if it["metadata.name"] == "transcribe"]
    assert replicas["spec.template.metadata.annotations"] == {"gpu-cluster/metrics-path": "/metrics"}
    annotation = "__meta_kubernetes_pod_annotation_gpu_cluster_metrics_path"
    job = jobs(made)["models-custom"]
    assert {"source_labels": [annotation], "target_label": "__metrics_path__"} in job["relabel_configs"]
    assert "custom;gpu-cluster;http" in kept(job)
    [rule] = policy(made, "telemetry", "allow-models")["egress"]
    assert {it["port"] for it in rule["ports"]} >= {8000, 9000}
    others = [it for it in made.of("Deployment") if it["metadata.namespace"] == "serving"]
    assert [it["metadata.name"] for it in others if it["spec.template.metadata"].get("annotations")] == [
        "transcribe"
    ]


def test_models_accept_metrics_scraping() -> None:
    [rule] = policy(graph("engines"), "serving", "allow-metrics")["ingress"]
    assert {it["port"] for it in rule["ports"]} >= {8000, 8002}


def test_kubelet_certificates_are_verified_if_the_cluster_signs_them() -> None:
    assert jobs(graph("eks-smallest"))["kubelet"]["tls_config"] == {
        "ca_file": "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
    }
    assert jobs(graph(ON_PREM))["kubelet"]["tls_config"] == {"insecure_skip_verify": True}


def test_prometheus_role_excludes_secrets_and_the_node_proxy() -> None:
    names = ("gpu-cluster-kube-state-metrics", "gpu-cluster-prometheus")
    roles = [it for it in graph(ON_PREM).of("ClusterRole") if it["metadata.name"] in names]
    assert len(roles) == 2
    resources = {kind for it in roles for rule in it["rules"] for kind in rule["resources"]}
    verbs = {verb for it in roles for rule in it["rules"] for verb in rule["verbs"]}
    assert not resources & {"secrets", "configmaps", "nodes/proxy"}
    assert verbs == {"get", "list", "watch"}


def test_prometheus_retention_is_four_fifths_of_the_volume() -> None:
    server = graph("telemetry-in-full", size="200Gi", retentionDays=30).only("StatefulSet")
    [claim] = server["spec.volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"] == {"storage": "200Gi"}
    [container] = server["spec.template.spec.containers"]
    assert "--storage.tsdb.retention.size=163840MB" in container["args"]
    assert "--storage.tsdb.retention.time=30d" in container["args"]


def test_prometheus_uses_an_empty_dir_if_every_class_is_shared() -> None:
    """Prometheus supports no NFS (its documentation, Storage, read 2026-11-29)."""
    classes = StorageClassNames("files", frozenset({"files"}), {})
    made = graph_of(
        lambda: Telemetry("t", TelemetrySettings(), pools={}, storage=classes, mirror=None, models=())
    )
    server = made.only("StatefulSet")
    assert "volumeClaimTemplates" not in server["spec"]
    assert {"name": "data", "emptyDir": {"sizeLimit": "50Gi"}} in server["spec.template.spec.volumes"]


def test_prometheus_tolerates_the_gpu_taint_only_if_all_nodes_have_gpus() -> None:
    [server] = [it for it in graph("k3s-edge").of("StatefulSet") if it["metadata.name"] == "prometheus"]
    [tolerated] = server["spec.template.spec.tolerations"]
    assert tolerated["key"] == "nvidia.com/gpu"
    [open_one] = [it for it in graph("eks-smallest").of("StatefulSet") if it["metadata.name"] == "prometheus"]
    assert "tolerations" not in open_one["spec.template.spec"]


def test_prometheus_role_writes_only_to_its_workspace() -> None:
    made = shared_platform_of(load(STACKS / "happy/telemetry-managed-prometheus.yaml"))[0]
    [policy] = [it["policy"] for it in made.of("RolePolicy") if "aps:RemoteWrite" in str(it["policy"])]
    assert ":workspace/ws-0a1b2c3d-4e5f" in policy
    [association] = [it for it in made.of("PodIdentityAssociation") if it["namespace"] == "telemetry"]
    assert association["serviceAccount"] == "prometheus"


def test_remote_write_reaches_only_the_configured_networks() -> None:
    url = "https://mimir.example.com:8443/api/v1/push"
    anywhere = graph(ON_PREM, remoteWrite={"url": url})
    [way] = policy(anywhere, "telemetry", "allow-api-8443")["egress"]
    assert "to" not in way

    limited = graph(ON_PREM, remoteWrite={"url": url, "networks": ["10.1.0.0/16"]})
    [way] = policy(limited, "telemetry", "allow-remote-write")["egress"]
    assert [it["port"] for it in way["ports"]] == [8443]
    assert [it["ipBlock"]["cidr"] for it in way["to"]] == ["10.1.0.0/16"]
    names = [it["metadata"]["name"] for it in limited.of("NetworkPolicy")]
    assert "allow-api-8443" not in names


def test_prometheus_scrapes_the_gateway_and_is_allowed_in() -> None:
    made = graph("eks-gateway")
    targets = jobs(made)
    assert "envoy-gateway;19001" in kept(targets["gateway-controller"])
    assert "models;19001" in kept(targets["gateway-proxies"])
    assert targets["gateway-proxies"]["metrics_path"] == "/stats/prometheus"
    [rule] = policy(made, "envoy-gateway-system", "allow-metrics")["ingress"]
    assert [it["port"] for it in rule["ports"]] == [19001]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "telemetry"}
    [way] = policy(made, "telemetry", "allow-gateway-metrics")["egress"]
    assert [it["port"] for it in way["ports"]] == [19001]


def test_proxy_series_have_route_and_namespace_labels() -> None:
    relabelled = jobs(graph("eks-gateway"))["gateway-proxies"]["metric_relabel_configs"]
    rules = {it["target_label"]: it for it in relabelled if "target_label" in it}
    found = re.fullmatch(rules["route"]["regex"], "httproute/serving/chat/rule/0")
    assert found
    assert found.expand(rules["namespace"]["replacement"].replace("$", "\\")) == "serving"
    assert found.expand(rules["route"]["replacement"].replace("$", "\\")) == "chat"


def test_gateway_of_another_class_is_not_scraped() -> None:
    assert not [name for name in jobs(graph("teams-on-a-site")) if name.startswith("gateway-")]
