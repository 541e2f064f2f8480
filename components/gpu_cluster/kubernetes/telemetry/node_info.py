"""Pool, instance type and purchase option of each node, as kube-state-metrics has its labels."""

import re
from collections.abc import Mapping

from gpu_cluster.capacity import POOL_LABEL
from gpu_cluster.capacity.metric_labels import label_name

NODE_INFO = "gpu_cluster:node_info"
"""1 for each node, with `node`, `pool`, `instance_type` and `capacity_type`; empty where nothing is known."""

Selectors = Mapping[str, Mapping[str, str]]
"""Node labels by pool."""

_NODES = "kube_node_labels"
_FACTS = (
    ("instance_type", "node.kubernetes.io/instance-type"),
    ("capacity_type", "eks.amazonaws.com/capacityType"),
    ("capacity_type", "karpenter.sh/capacity-type"),
)
"""Labels of the series, and labels of a node that they are of: of node groups, and of Karpenter."""


def node_info(selectors: Selectors) -> str:
    """An expression: of pools with nodes that are found by other labels, of all others, and of no pool."""
    found = [
        f'label_replace({_NODES}{{{_matchers(selector)}}}, "pool", "{pool}", "", "")'
        for pool, selector in selectors.items()
        if selector != {POOL_LABEL: pool}
    ]
    label = exported_label(POOL_LABEL)
    own = f'label_replace({_NODES}{{{label}!=""}}, "pool", "$1", "{label}", "(.+)")'
    nodes = " or on (node) ".join([*found, own, _NODES])
    for name, key in _FACTS:
        nodes = f'label_replace({nodes}, "{name}", "$1", "{exported_label(key)}", "(.+)")'
    return f"max by (node, pool, instance_type, capacity_type) ({nodes})"


def node_labels(selectors: Selectors) -> list[str]:
    """Labels of nodes that the expression needs, sorted."""
    keys = {key for selector in selectors.values() for key in selector}
    return sorted({POOL_LABEL, *keys, *(key for _, key in _FACTS)})


def exported_label(key: str) -> str:
    """Label of a series for the label of an object (internal/store/utils.go of kube-state-metrics).

    exported_label("eks.amazonaws.com/capacityType")  # label_eks_amazonaws_com_capacity_type
    """
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", label_name(key))
    return f"label_{words.lower()}"


def _matchers(selector: Mapping[str, str]) -> str:
    return ", ".join(f'{exported_label(key)}="{value}"' for key, value in selector.items())
