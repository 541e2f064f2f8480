"""Logs of pods and nodes and events of Kubernetes: agents on nodes, and the collector that keeps them."""

from gpu_cluster.kubernetes.logs.agent_config import agent_config
from gpu_cluster.kubernetes.logs.collector_config import collector_config
from gpu_cluster.kubernetes.logs.logs import Logs

__all__ = ["Logs", "agent_config", "collector_config"]
