"""Notes on namespaces of charts that the stack does not create."""

import re
from collections.abc import Iterator
from pathlib import Path

from gpu_cluster.config.cluster import ExistingCluster
from gpu_cluster.config.extras import ChartSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.namespaces import taken
from gpu_cluster.stack.manifests import manifests_of

_NAMESPACE = re.compile(r"^kind:\s*[\"']?Namespace\b", re.MULTILINE)


def missing_chart_namespaces(stack: Stack) -> Iterator[str]:
    """A note for each chart whose namespace neither the platform nor a manifest creates.

    The engine renders a chart as `helm template` does, and creates no namespace for it.
    """
    if not stack.extras.charts:
        return
    objects = manifests_of(stack.extras.manifests or ())
    created = {it.content["metadata"]["name"] for it in objects if it.kind == "Namespace"}
    created |= {stack.serving.namespace, *(team.namespace or name for name, team in stack.teams.items())}
    else_by = (
        "the chart or the cluster has it"
        if isinstance(stack.cluster, ExistingCluster)
        else "the chart has it"
    )
    for name, chart in stack.extras.charts.items():
        known = chart.namespace in created or taken(chart.namespace) is not None
        if not known and not _brings_namespace(chart):
            yield (
                f"chart {name}: no manifest creates namespace {chart.namespace}, and the update fails unless "
                f"{else_by}; hint: add a Namespace to gpu-cluster:extras.manifests"
            )


def _brings_namespace(chart: ChartSettings) -> bool:
    """Whether a template of a chart folder is a Namespace."""
    if not chart.is_path:
        return False
    templates = Path(chart.chart).glob("templates/**/*.yaml")
    return any(_NAMESPACE.search(it.read_text(errors="replace")) for it in templates)
