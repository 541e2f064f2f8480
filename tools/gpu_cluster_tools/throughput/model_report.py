"""Estimates of a stack: each model as configured, and the nodes that meet a target."""

from dataclasses import dataclass
from fractions import Fraction

from gpu_cluster.capacity import release_of
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.images import VLLM
from gpu_cluster_tools.throughput.estimate import NoData, Target, Workload
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.served_model import Served

Found = tuple[tuple[GpuNode, Served | NoData], ...]


@dataclass(frozen=True, slots=True)
class ModelReport:
    name: str
    settings: ModelSettings
    node: GpuNode
    configured: tuple[tuple[Workload, Served | NoData], ...] | NoData
    """Estimates on the pool that the stack names."""

    pools: Found | None = None
    """Estimates on each pool of the stack, where there is a target."""

    instances: Found | None = None
    """Estimates on each instance type of the region, where there is a target."""

    @property
    def release(self) -> str | None:
        """Release of the engine that is served; None where the stack file does not tell."""
        stated = release_of(self.settings.version)
        default = self.settings.engine is ServingEngine.VLLM and not self.settings.image
        return stated or (release_of(VLLM.tag) if default else None)

    @property
    def estimates(self) -> tuple[Served, ...]:
        if isinstance(self.configured, NoData):
            return ()
        return tuple(each for _, each in self.configured if isinstance(each, Served))

    @property
    def meeting(self) -> tuple[Served, ...]:
        """Pools and instance types that meet the target: cheapest tokens first, those without price last."""
        both = (*(self.pools or ()), *(self.instances or ()))
        return tuple(sorted((each for _, each in both if isinstance(each, Served)), key=_price))

    @property
    def complete(self) -> bool:
        return bool(self.estimates if self.pools is None else self.meeting)


@dataclass(frozen=True, slots=True)
class StackReport:
    stack: str
    input: int
    output: int
    target: Target | None
    models: tuple[ModelReport, ...]

    @property
    def complete(self) -> bool:
        return all(model.complete for model in self.models)


def _price(served: Served) -> tuple[bool, Fraction, str]:
    usd = served.usd_per_million
    return usd is None, usd.most if usd else Fraction(0), served.node.name
