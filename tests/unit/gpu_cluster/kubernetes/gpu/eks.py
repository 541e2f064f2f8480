"""Pools on AWS with EFA or MIG, for tests of device plugins."""

from typing import Any

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.kubernetes.gpu import DevicePlugin
from gpu_cluster.plan import Graph
from tests.unit.gpu_cluster.aws.nodes.eks import stack_of
from tests.unit.graph import graph_of

MIRROR = "123456789012.dkr.ecr.us-east-2.amazonaws.com"
POOLS: dict[str, dict[str, Any]] = {
    "system": {"instance": "m7i.xlarge"},
    "l4": {"instance": "g6.4xlarge"},
    "train": {"instance": "p5.48xlarge", "efa": True, "zones": ["us-east-2a"], "taints": {"team": {}}},
    "small": {"instance": "p5.48xlarge", "sharing": {"mig": {"1g.10gb": 7}}},
    "mixed": {"instance": "p4d.24xlarge", "sharing": {"mig": {"3g.20gb": 1, "1g.5gb": 4}}},
}


def pools(**settings: dict[str, Any]) -> dict[str, Pool]:
    return pools_of(stack_of(**settings))


def devices(made: dict[str, Pool], *, gpus: bool = True, region: str | None = "us-east-2") -> Graph:
    return graph_of(lambda: DevicePlugin("gpu", made, gpus=gpus, mirror=MIRROR, region=region))


def pod(graph: Graph, daemon_set: str) -> dict[str, Any]:
    return graph.get("DaemonSet", daemon_set)["spec.template.spec"]


def required(graph: Graph, daemon_set: str) -> dict[str, list[str]]:
    """Node labels that the pods of the DaemonSet require."""
    affinity = pod(graph, daemon_set)["affinity"]["nodeAffinity"]
    [term] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return {each["key"]: each["values"] for each in term["matchExpressions"]}
