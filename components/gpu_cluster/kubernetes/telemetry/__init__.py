"""Metrics and alerts: exporters on nodes, Prometheus and Alertmanager."""

from gpu_cluster.kubernetes.telemetry.alertmanager import alertmanager_config
from gpu_cluster.kubernetes.telemetry.prometheus_config import prometheus_config
from gpu_cluster.kubernetes.telemetry.rules import rule_files
from gpu_cluster.kubernetes.telemetry.telemetry import Telemetry

__all__ = ["Telemetry", "alertmanager_config", "prometheus_config", "rule_files"]
