"""Objects of manifests and charts that a stack file names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.config.extras import ExtrasSettings

_DEFINITIONS = frozenset({"Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass"})
"""Kinds that other objects need first."""


class Extras(pulumi.ComponentResource):
    """User-defined manifests, one resource per object, and Helm charts.

    Namespaces and definitions of kinds come before all other objects, and go after them.

    Extras("platform-extras", stack.extras, objects={"configmap-default-greeting": {"apiVersion": "v1", …}})
    """

    def __init__(
        self,
        name: str,
        settings: ExtrasSettings,
        *,
        objects: Mapping[str, Mapping[str, Any]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`objects`: those of the manifests, by names that stay."""
        super().__init__("gpu-cluster:index:Extras", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        first = {key: it for key, it in objects.items() if it["kind"] in _DEFINITIONS}
        made = [_object(f"{name}-{key}", it, child) for key, it in first.items()]
        after = pulumi.ResourceOptions(parent=self, depends_on=made)
        for key, it in objects.items():
            if key not in first:
                _object(f"{name}-{key}", it, after)
        for key, chart in settings.charts.items():
            source = str(Path(chart.chart).resolve()) if chart.is_path else chart.chart
            k8s.helm.v4.Chart(
                f"{name}-{key}",
                chart=source,
                version=chart.version,
                namespace=chart.namespace,
                repository_opts=k8s.helm.v4.RepositoryOptsArgs(repo=chart.repository)
                if chart.repository
                else None,
                values=dict(chart.values),
                opts=after,
            )
        self.register_outputs({})


def _object(name: str, content: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Create an object by the token of its kind, as the provider takes built-in and custom ones alike."""
    version, kind = content["apiVersion"], content["kind"]
    group = version if "/" in version else f"core/{version}"
    return pulumi.CustomResource(f"kubernetes:{group}:{kind}", name, dict(content), opts)
