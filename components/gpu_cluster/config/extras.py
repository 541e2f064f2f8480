"""`gpu-cluster:extras`: manifests and Helm charts that belong to the stack."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.names import Name, Namespace
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

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


class ChartSettings(Settings):
    """A Helm chart, rendered by the engine when the stack is updated."""

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
    """Address oci://…, path relative to the project, or name of a chart in repository."""

    repository: ChartRepository | None = None
    """Repository of a chart that is named. Default: none."""

    version: ChartVersion | None = None
    """Version; required for all but a path. Default: that of the folder."""

    namespace: Namespace = "default"
    """Namespace of its release. Default: default."""

    values: dict[str, Any] = Field(default={})
    """Values over those of the chart. Default: none."""

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
            raise ValueError("expected a version beside a chart that is no path")
        return self


class ExtrasSettings(Settings):
    """Kubernetes objects beside those of the platform."""

    manifests: Annotated[list[str], Field(min_length=1)] | None = None
    """Files and folders of YAML manifests, relative to the project, such as manifests. Default: none."""

    charts: dict[Name, ChartSettings] = Field(default={})
    """Helm charts by name. Default: none."""
