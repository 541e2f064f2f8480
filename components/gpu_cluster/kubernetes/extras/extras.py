"""Objects of manifests and charts that a stack file names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS, object_type
from gpu_cluster.config.extras import ChartSettings, ExtrasSettings
from gpu_cluster.file_path import real_path

_Objects = Sequence[tuple[str, Mapping[str, Any]]]
"""Objects with their names. One name may stand for kinds of several API groups, whose URNs differ."""

_DEFINITIONS = frozenset({"Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass"})
"""Kinds that other objects need first."""


class Extras(pulumi.ComponentResource):
    """User-defined manifests, one resource per object, and Helm charts.

    Namespaces and definitions of kinds come first. Objects of custom kinds come after the charts: a chart may
    bring their definitions, the webhooks that admit them and the controller that removes their finalizers,
    so it is also deleted after them. A chart that names `manifests` in `after` comes after all objects.

    Extras("platform-extras", stack.extras, objects={"configmap-default-greeting": {"apiVersion": "v1", …}})
    """

    def __init__(
        self,
        name: str,
        settings: ExtrasSettings,
        *,
        objects: Mapping[str, Mapping[str, Any]] | Sequence[tuple[str, Mapping[str, Any]]],
        namespaces: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`objects`: those of the manifests with their names, which stay: a mapping, or pairs if objects of
        several API groups have one name; `namespaces`: of the platform, which objects may be in."""
        super().__init__("gpu-cluster:index:Extras", name, None, opts)
        self._name = name
        self._charts: dict[str, pulumi.Resource] = {}
        pairs = objects if isinstance(objects, Sequence) else list(objects.items())
        definitions = [pair for pair in pairs if pair[1]["kind"] in _DEFINITIONS]
        others = [pair for pair in pairs if pair[1]["kind"] not in _DEFINITIONS]
        early, late = settings.charts_around_manifests

        before = [*namespaces, *self._create(definitions, [])]
        built_in = self._create([pair for pair in others if not _is_custom(pair[1])], before)
        self._install(early, before)
        custom = [pair for pair in others if _is_custom(pair[1])]
        made = self._create(custom, [*before, *self._charts.values()])
        self._install(late, [*before, *built_in, *made])
        self.register_outputs({})

    def _create(self, objects: _Objects, after: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        opts = pulumi.ResourceOptions(parent=self, depends_on=after)
        return [_object(f"{self._name}-{key}", it, opts) for key, it in objects]

    def _install(self, charts: Mapping[str, ChartSettings], after: Sequence[pulumi.Resource]) -> None:
        for key, chart in charts.items():
            earlier = [self._charts[it] for it in chart.after if it in self._charts]
            opts = pulumi.ResourceOptions(parent=self, depends_on=[*after, *earlier])
            self._charts[key] = _chart(f"{self._name}-{key}", chart, opts)


def _is_custom(content: Mapping[str, Any]) -> bool:
    group, slash, _ = content["apiVersion"].partition("/")
    return bool(slash) and group not in BUILT_IN_KINDS


def _chart(name: str, chart: ChartSettings, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    repository = k8s.helm.v4.RepositoryOptsArgs(repo=chart.repository) if chart.repository else None
    return k8s.helm.v4.Chart(
        name,
        chart=str(real_path(Path(chart.chart))) if chart.is_path else chart.chart,
        version=chart.version,
        namespace=chart.namespace,
        repository_opts=repository,
        values=dict(chart.values),
        opts=opts,
    )


def _object(name: str, content: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Create an object by the token of its kind, as the provider takes built-in and custom ones alike."""
    token = object_type(content["apiVersion"], content["kind"])
    return pulumi.CustomResource(token, name, dict(content), opts)
