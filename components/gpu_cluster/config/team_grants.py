"""`gpu-cluster:teams`: teams with their namespaces, quotas and budgets."""

from collections import Counter
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PositiveInt

from gpu_cluster.config.budget import Email
from gpu_cluster.config.custom_resource import CustomResource
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.min_max import MOST
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.section import Settings

ONLY = ""
"""Key of a GPU quota without a profile, for a pool with one GPU resource."""

GpuCount = Annotated[int, Field(ge=1, le=MOST * 1000)]


def _by_profile(given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, bool):
        return {ONLY: given}
    if not isinstance(given, dict):
        raise ValueError("expected a whole number, or a whole number per MIG profile")  # noqa: TRY004
    return given  # pyright: ignore[reportUnknownVariableType]  (pydantic looks inside)


GpuQuota = Annotated[
    dict[str, GpuCount],
    BeforeValidator(_by_profile, json_schema_input_type=GpuCount | dict[str, GpuCount]),
]
"""GPU quota of a pool by MIG profile; key `ONLY` if the file gives one number."""


class TeamBudget(Settings):
    """Monthly budget of a team; only with provider eks."""

    monthly_usd: PositiveInt
    """Limit per month for resources with the team's tag, in US dollars before credits and refunds."""

    notify: Annotated[frozenset[Email], Field(max_length=10)] = frozenset()
    """E-mail addresses for alerts, up to ten. Default: those of the environment's budget."""


class TeamSettings(Settings):
    """Team with its namespace, quota and budget."""

    namespace: Name | None = None
    """Namespace of the team. Default: the team's name."""

    gpus: dict[Name, GpuQuota] = Field(default={})
    """GPU quota by pool, and by MIG profile if the pool has several. Default: none."""

    borrow: dict[Name, GpuQuota] = Field(default={})
    """GPUs by pool beyond the quota that jobs may use while they are idle. Default: none."""

    cpu: Quantity | None = None
    """CPU quota. Default: the share of the pools in proportion to GPUs, plus 8 for other pods."""

    memory: Bytes | None = None
    """Memory quota. Default: the share of the pools in proportion to GPUs, plus 32Gi for other pods."""

    storage: Bytes = "1Ti"
    """Storage quota of all volumes. Default: 1Ti."""

    pods: PositiveInt = 100
    """Maximum number of pods. Default: 100."""

    members: list[NonBlank] = Field(default=[])
    """Team members: ARNs with eks, users or group:name with existing. Default: none, with local."""

    clients: frozenset[Namespace] = frozenset()
    """Other namespaces whose pods may call the team's services and models. Default: none."""

    custom_resources: frozenset[CustomResource] = frozenset()
    """Custom resources that the team may create, such as trainjobs.trainer.kubeflow.org. Default: none."""

    gateway: Flag = False
    """Allow routes of the environment's gateway to the team's services and models. Default: false."""

    budget: TeamBudget | None = None
    """Monthly budget of the team; only with provider eks. Default: none."""

    @property
    def with_borrowed(self) -> "TeamSettings":
        """The settings with borrowed GPUs in `gpus`: what the team's pods may hold at most."""
        most = {pool: Counter(quota) for pool, quota in self.gpus.items()}
        for pool, quota in self.borrow.items():
            most.setdefault(pool, Counter()).update(quota)
        return self.model_copy(update={"gpus": {pool: dict(quota) for pool, quota in most.items()}})


def group_of(team: str) -> str:
    """Group that the team's role is bound to: gpu-cluster:team:vision."""
    return f"gpu-cluster:team:{team}"
