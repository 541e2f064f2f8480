"""Metric names that the platform's targets serve, and metric names in an expression."""

import re

from gpu_cluster.kubernetes.telemetry.dcgm_exporter import COUNTERS

_OBJECTS = {
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_spec_min_replicas",
    "kube_horizontalpodautoscaler_status_condition",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_horizontalpodautoscaler_status_desired_replicas",
    "kube_node_labels",
    "kube_node_status_allocatable",
    "kube_node_status_capacity",
    "kube_node_status_condition",
    "kube_pod_container_resource_requests",
    "kube_pod_container_status_restarts_total",
    "kube_pod_labels",
    "kube_pod_status_phase",
    "kube_pod_status_unschedulable",
    "kube_resourcequota",
}
"""internal/store of kube-state-metrics v2.18.0, read 2026-11-30."""

_NODES = {
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_infiniband_port_data_received_bytes_total",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
}
"""collector of node_exporter v1.11.1, read 2026-11-30."""

_MODELS = {
    "nv_inference_pending_request_count",
    "nv_inference_request_failure",
    "nv_inference_request_success",
    "sglang:generation_tokens_total",
    "sglang:num_queue_reqs",
    "sglang:num_running_reqs",
    "sglang:prompt_tokens_total",
    "sglang:time_to_first_token_seconds_bucket",
    "sglang:token_usage",
    "te_queue_size",
    "vllm:generation_tokens_total",
    "vllm:kv_cache_usage_perc",
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:prompt_tokens_total",
    "vllm:request_success_total",
    "vllm:time_to_first_token_seconds_bucket",
}
"""Sources in rules/models.yaml; for others srt/metrics/collector.py of SGLang, read 2026-11-30."""

PROXIES = {
    "envoy_cluster_manager_cds_update_rejected",
    "envoy_cluster_upstream_rq_time_bucket",
    "envoy_cluster_upstream_rq_xx",
    "envoy_control_plane_connected_state",
    "envoy_listener_manager_lds_update_rejected",
}
"""Served by the real Envoy on a real node: tests/real_node/test_gateway.py."""

_PROMETHEUS = {"ALERTS", "up"}
_ALERTING = {"alertmanager_notifications_failed_total", "prometheus_notifications_errors_total"}
"""Served by the real Alertmanager and Prometheus: tests/real_node/test_alerts.py."""

SERVED = {*COUNTERS, *_OBJECTS, *_NODES, *_MODELS, *PROXIES, *_PROMETHEUS, *_ALERTING}
"""Kubelet metrics are left out: the configuration of Prometheus states which are kept."""

_KEYWORDS = {"and", "bool", "by", "group_left", "offset", "on", "or", "unless", "without"}
_LISTS = re.compile(r"\b(by|on|without|group_left)\s*\([^)]*\)")


def metrics_in(expression: str) -> set[str]:
    """Names of the metrics in an expression."""
    text = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    text = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", text)
    text = _LISTS.sub("", text)
    names = re.findall(r"(?<![\w$])([a-zA-Z_][\w:]*)\b(?!\s*\()", text)
    return {name for name in names if name not in _KEYWORDS and not re.fullmatch(r"\d+[smhdw]", name)}
