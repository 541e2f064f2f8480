"""The namespace of exporters that read files of their node."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.telemetry import Scraper
from gpu_cluster.kubernetes.daemon_sets import PRIORITY_CLASS
from gpu_cluster.kubernetes.security import Namespace, PodSecurity, from_pods

NODES_NAMESPACE = "telemetry-nodes"
DCGM_PORT, NODE_PORT = 9400, 9100
# Some clusters admit critical pods only where a quota names their class: two on each of 5,000 nodes.
_QUOTA = {"pods": "10k"}


def exporter_namespace(name: str, scraper: Scraper | None, *, opts: pulumi.ResourceOptions) -> Namespace:
    """A namespace that only the scraper reaches; exporters have no egress."""
    ports = (NODE_PORT, DCGM_PORT)
    allowances = {"metrics": from_pods(scraper.namespace, scraper.labels, *ports)} if scraper else {}
    return Namespace(
        f"{name}-nodes",
        NODES_NAMESPACE,
        PodSecurity.PRIVILEGED,
        quota=_QUOTA,
        priority_class=PRIORITY_CLASS,
        allowances=allowances,
        opts=opts,
    )


def probe(path: str, port: int) -> core.ProbeArgs:
    answers = core.HTTPGetActionArgs(path=path, port=port)
    return core.ProbeArgs(http_get=answers, period_seconds=15, timeout_seconds=5, failure_threshold=4)
