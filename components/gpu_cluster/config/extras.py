"""`gpu-cluster:extras`: manifests and Helm charts that belong to the stack."""

from graphlib import TopologicalSorter
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.names import Name, Namespace
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

ChartSource = Annotated[
    str,
    Pattern(
        r"oci://\S*[^\s/]|\.{0,2}/\S*[^\s/]|[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        "an address such as oci://harbor.example.com/charts/redis, a path such as ./charts/redis, or the "
        "name of a chart in repository",
    ),
]

ChartRepository = Annotated[
    str, Pattern(r"https://\S*[^\s/]", "the address of a repository, such as https://charts.example.com")
]

ChartVersion = Annotated[
    str, Pattern(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?", "a version of the chart, such as 1.2.3")
]


MANIFESTS = "manifests"
"""All objects of manifests, as a name in `after` of a chart."""


class ChartSettings(Settings):
    """Helm chart, rendered by the engine during an update."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"chart": {"pattern": r"^(oci://|\.{0,2}/)"}}},
            "then": {
                "properties": {"repository": False},
                "anyOf": [
                    {"required": ["version"]},
                    {"properties": {"chart": {"pattern": r"^\.{0,2}/"}}},
                ],
            },
            "else": {"required": ["repository", "version"]},
        }
    )

    chart: ChartSource
    """Chart: an oci:// address, a path relative to the project, or a name in repository."""

    repository: ChartRepository | None = None
    """URL of the chart repository, for a chart by name. Default: none."""

    version: ChartVersion | None = None
    """Chart version; required unless chart is a path. Default: the version in the folder."""

    namespace: Namespace = "default"
    """Namespace of the release. Default: default."""

    values: dict[str, Any] = Field(default={})
    """Values, merged over the chart's values. Default: none."""

    after: list[Name] = Field(default=[])
    """Charts that are ready before this one and deleted after it; manifests: all of them. Default: none."""

    @property
    def is_path(self) -> bool:
        return self.chart.startswith((".", "/"))

    @model_validator(mode="after")
    def _found_and_pinned(self) -> Self:
        named = not self.is_path and not self.chart.startswith("oci://")
        if named != (self.repository is not None):
            raise ValueError(
                f"repository goes with the name of a chart: chart is {self.chart} and repository is "
                f"{self.repository or 'not set'}"
            )
        if self.version is None and not self.is_path:
            raise ValueError("expected a version, because chart is not a path")
        return self


class ExtrasSettings(Settings):
    """Additional Kubernetes objects."""

    manifests: Annotated[list[str], Field(min_length=1)] | None = None
    """Files and folders of YAML manifests, relative to the project. Default: none."""

    charts: dict[Name, ChartSettings] = Field(default={})
    """Helm charts by name. Default: none."""

    @property
    def charts_around_manifests(self) -> tuple[dict[str, ChartSettings], dict[str, ChartSettings]]:
        """Charts before objects of custom kinds, and charts after all objects, each in their order."""
        names = TopologicalSorter({name: chart.after for name, chart in self.charts.items()}).static_order()
        ordered = {name: self.charts[name] for name in names if name != MANIFESTS}
        late: dict[str, ChartSettings] = {}
        for name, chart in ordered.items():
            if not late.keys().isdisjoint(chart.after) or MANIFESTS in chart.after:
                late[name] = chart
        return {name: chart for name, chart in ordered.items() if name not in late}, late
