"""Prometheus' configuration: which targets it scrapes, and the labels that their series get.

https://prometheus.io/docs/prometheus/3.12/configuration/configuration/, read 2026-11-29; the release's own
promtool reads every rendered configuration.
"""

from collections.abc import Collection, Sequence
from typing import Any

from gpu_cluster.capacity.metric_labels import label_name
from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.alerts import ALERTMANAGER
from gpu_cluster.config.telemetry import PROMETHEUS, TELEMETRY_NAMESPACE, TelemetrySettings
from gpu_cluster.kubernetes.gateway.names import METRICS_PORT, PROXIES
from gpu_cluster.kubernetes.serving.server import METRICS_PATH
from gpu_cluster.kubernetes.telemetry.alertmanager import PORT as ALERTS_PORT
from gpu_cluster.kubernetes.telemetry.exporters import DCGM_PORT, NODE_PORT, NODES_NAMESPACE
from gpu_cluster.kubernetes.telemetry.gateway_scrape_jobs import GATEWAY_JOBS, GatewayJob
from gpu_cluster.kubernetes.telemetry.kube_state_metrics import PORT as OBJECTS_PORT
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_text

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_NAME = "__meta_kubernetes_pod_label_app_kubernetes_io_name"
_INSTANCE = "__meta_kubernetes_pod_label_app_kubernetes_io_instance"
_METRICS_PATH = f"__meta_kubernetes_pod_annotation_{label_name(METRICS_PATH)}"
_PART_OF = "__meta_kubernetes_pod_label_app_kubernetes_io_part_of"

_ALERTING = {"alertmanagers": [{"static_configs": [{"targets": [f"{ALERTMANAGER}:{ALERTS_PORT}"]}]}]}

_CADVISOR = "container_(cpu_usage_seconds_total|memory_working_set_bytes|oom_events_total|fs_usage_bytes)"

_KUBELET = "kubelet_volume_stats_(available|capacity)_bytes|kubelet_running_pods|kubelet_node_name|up"


def prometheus_config(
    settings: TelemetrySettings,
    models: Collection[str],
    *,
    kubelet_certificates: bool,
    gateway: bool = False,
) -> str:
    """The configuration as YAML. `models`: namespaces with models; `kubelet_certificates`: the cluster's
    authority signs those of kubelets; `gateway`: the platform installs Envoy Gateway."""
    config: dict[str, Any] = {
        "global": {
            "scrape_interval": f"{settings.interval_seconds}s",
            "scrape_timeout": f"{min(10, settings.interval_seconds)}s",
            "evaluation_interval": f"{settings.interval_seconds}s",
        },
        "rule_files": ["*.rules.yml"],
        **({"alerting": _ALERTING} if settings.alerts.sent else {}),
        "scrape_configs": [
            {"job_name": PROMETHEUS, "static_configs": [{"targets": ["localhost:9090"]}]},
            _pods("kube-state-metrics", OBJECTS_PORT, TELEMETRY_NAMESPACE),
            _pods("dcgm-exporter", DCGM_PORT, NODES_NAMESPACE),
            _pods("node-exporter", NODE_PORT, NODES_NAMESPACE),
            _kubelet("kubelet", "/metrics", _KUBELET, verified=kubelet_certificates),
            _kubelet("cadvisor", "/metrics/cadvisor", _CADVISOR, verified=kubelet_certificates),
            *([_pods(ALERTMANAGER, ALERTS_PORT, TELEMETRY_NAMESPACE)] if settings.alerts.sent else []),
            *([*(_models(engine, models) for engine in ENGINES), _custom(models)] if models else []),
            *(map(_of_gateway, GATEWAY_JOBS) if gateway else []),
        ],
    }
    if target := settings.remote_write:
        signed = {"sigv4": {"region": target.sigv4_region}} if target.sigv4_region else {}
        config["remote_write"] = [{"url": target.url, **signed}]
    return yaml_text(config)


def _pods(program: str, port: int, namespace: str) -> dict[str, Any]:
    """Pods of one program of the platform; `pool` is that of a DaemonSet of one pool."""
    return {
        "job_name": program,
        "honor_labels": True,
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [namespace]}}],
        "relabel_configs": [
            _keep(
                [_NAME, _PART_OF, "__meta_kubernetes_pod_container_port_number"],
                f"{program};gpu-cluster;{port}",
            ),
            _label(["__meta_kubernetes_pod_node_name"], "node"),
            _label([_INSTANCE], "pool"),
        ],
    }


def _models(engine: str, namespaces: Collection[str]) -> dict[str, Any]:
    """Replicas of one engine, as its release serves metrics."""
    served = ENGINES[engine]
    port = "metrics" if served.metrics_port else "http"
    return _replicas(engine, namespaces, port, metrics_path=served.metrics)


def _custom(namespaces: Collection[str]) -> dict[str, Any]:
    """Replicas of custom servers that have metrics, each at its own path."""
    path = _label([_METRICS_PATH], "__metrics_path__")
    return _replicas("custom", namespaces, "http", relabelled=[_keep([_METRICS_PATH], "/.*"), path])


def _replicas(
    engine: str,
    namespaces: Collection[str],
    port: str,
    *,
    relabelled: Sequence[dict[str, Any]] = (),
    **fields: str,
) -> dict[str, Any]:
    return {
        "job_name": f"models-{engine}",
        **fields,
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": sorted(namespaces)}}],
        "relabel_configs": [
            _keep(
                [_NAME, _PART_OF, "__meta_kubernetes_pod_container_port_name"], f"{engine};gpu-cluster;{port}"
            ),
            *relabelled,
            _keep(["__meta_kubernetes_pod_phase"], "Running"),
            _label(["__meta_kubernetes_namespace"], "namespace"),
            _label(["__meta_kubernetes_pod_name"], "pod"),
            _label([_INSTANCE], "model"),
            _label(["__meta_kubernetes_pod_node_name"], "node"),
        ],
    }


def _of_gateway(job: GatewayJob) -> dict[str, Any]:
    label, value = job.label
    labels = [
        f"__meta_kubernetes_pod_label_{label_name(label)}",
        "__meta_kubernetes_pod_container_port_number",
    ]
    relabelled = {"metric_relabel_configs": list(job.relabelled)} if job.relabelled else {}
    return {
        "job_name": job.name,
        "metrics_path": job.path,
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [PROXIES]}}],
        "relabel_configs": [
            _keep(labels, f"{value};{METRICS_PORT}"),
            _keep(["__meta_kubernetes_pod_phase"], "Running"),
            _label(["__meta_kubernetes_pod_name"], "pod"),
            _label(["__meta_kubernetes_pod_node_name"], "node"),
        ],
        **relabelled,
    }


def _kubelet(job: str, path: str, kept: str, *, verified: bool) -> dict[str, Any]:
    """Kubelets sign their own certificates, unless the cluster's authority signs those too."""
    return {
        "job_name": job,
        "scheme": "https",
        "metrics_path": path,
        "authorization": {"credentials_file": f"{_ACCOUNT}/token"},
        "tls_config": {"ca_file": f"{_ACCOUNT}/ca.crt"} if verified else {"insecure_skip_verify": True},
        "kubernetes_sd_configs": [{"role": "node"}],
        "relabel_configs": [_label(["__meta_kubernetes_node_name"], "node")],
        "metric_relabel_configs": [_keep(["__name__"], kept)],
    }


def _keep(labels: list[str], pattern: str) -> dict[str, Any]:
    return {"action": "keep", "source_labels": labels, "regex": pattern}


def _label(sources: list[str], target: str) -> dict[str, Any]:
    return {"source_labels": sources, "target_label": target}
