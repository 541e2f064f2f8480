"""`gpu-cluster:teams`: who shares the platform, and what each may use of it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PositiveInt

from gpu_cluster.config.budget import Email
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.min_max import MOST
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.quantity import Bytes, Quantity
from gpu_cluster.config.settings import Settings

ONLY = ""
"""Key of a quota of GPUs that names no profile: it is of the one resource that the pool offers."""

GpuCount = Annotated[int, Field(ge=1, le=MOST * 1000)]


def _by_profile(given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, bool):
        return {ONLY: given}
    if not isinstance(given, dict):
        raise ValueError("expected a whole number, or a whole number for each MIG profile")  # noqa: TRY004
    return given  # pyright: ignore[reportUnknownVariableType]  (pydantic looks inside)


GpuQuota = Annotated[
    dict[str, GpuCount],
    BeforeValidator(_by_profile, json_schema_input_type=GpuCount | dict[str, GpuCount]),
]
"""GPUs of a pool by MIG profile, `ONLY` where the file gives one number."""


class TeamBudget(Settings):
    """Monthly budget of a team; only with provider eks."""

    monthly_usd: PositiveInt
    """Limit of a calendar month for what bears the team's tag, in US dollars before credits and refunds."""

    notify: Annotated[frozenset[Email], Field(max_length=10)] = frozenset()
    """Who gets mail, up to ten addresses. Default: those of the environment's budget."""


class TeamSettings(Settings):
    """A team, and what it may use of the platform."""

    namespace: Name | None = None
    """Its namespace. Default: the team's name."""

    gpus: dict[Name, GpuQuota] = Field(default={})
    """GPUs by pool, as pods ask for them; by MIG profile where a pool has several. Default: none."""

    cpu: Quantity | None = None
    """CPU of all its pods. Default: the part of the pools that its GPUs are, and 8 for other pods."""

    memory: Bytes | None = None
    """Memory of all its pods. Default: the part of the pools that its GPUs are, and 32Gi for other pods."""

    storage: Bytes = "1Ti"
    """Size of all its volumes together. Default: 1Ti."""

    pods: PositiveInt = 100
    """Pods at a time. Default: 100."""

    members: list[NonBlank] = Field(default=[])
    """Who acts as the team: ARNs with eks, users or group:name with existing. Default: none, with local."""

    clients: frozenset[Namespace] = frozenset()
    """Other namespaces whose pods may call its services and models. Default: none."""

    gateway: Flag = False
    """Whether the environment's gateway may have routes to its services and models. Default: false."""

    budget: TeamBudget | None = None
    """Monthly budget of the team; only with provider eks. Default: none."""


def group_of(team: str) -> str:
    """Group that a team's role is bound to: gpu-cluster:team:vision."""
    return f"gpu-cluster:team:{team}"
