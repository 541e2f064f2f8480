"""Options of a new stack, completed from the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gpu_cluster.capacity import GpuSlot, smallest_fit
from gpu_cluster.catalog import (
    AL2023_RELEASES,
    GPUS,
    INSTANCES,
    KUBERNETES_VERSIONS,
    PRICED_REGIONS,
    REGIONS,
    Instance,
    ami_problem,
    zone_names,
    zones_of_some_accounts,
    zones_with,
)
from gpu_cluster.catalog.gpus import other_maker
from gpu_cluster.stack.checks.memory import near_model
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean, one_of
from gpu_cluster_tools.scaffold.wanted_model import WantedModel

_SYSTEM = ("m7i.xlarge", "m6i.xlarge")


class InitOptionsError(Exception):
    """An option that is not possible, and the possible ones."""


@dataclass(frozen=True, kw_only=True)
class InitOptions:
    """Options of a new stack; None for the default."""

    name: str
    provider: str
    """local, existing or eks."""

    region: str | None = None
    production: bool = False
    account: str | None = None
    deployer: str | None = None
    """ARN of the role that deploys."""

    zones: tuple[str, ...] = ()
    kubeconfig: str = "~/.kube/config"
    gpu: str | None = None
    """GPU, such as L4."""

    instance: str | None = None
    gpus: int = 8
    """GPUs per server; only with provider existing."""

    nodes: tuple[int, int] = (1, 1)
    """The least and the most of the pool with GPUs."""

    model: WantedModel | None = None

    budget: int | None = None
    """US dollars in a month."""

    notify: str | None = None
    """Recipient of budget alerts."""

    team: str | None = None

    @property
    def needs_token(self) -> bool:
        """Whether the model is gated; with provider local nothing is downloaded."""
        return bool(self.model and self.model.gated and self.provider != "local")

    @property
    def version(self) -> str:
        """The newest of Kubernetes in standard support."""
        return [it.name for it in KUBERNETES_VERSIONS.values() if it.in_standard_support][-1]

    @property
    def every_zone(self) -> tuple[str, ...]:
        """Zones of the network; the first two that every account has, or may have in us-west-1."""
        if self.zones or not self.region or self.region not in REGIONS:
            return self.zones or (f"{self.region}a", f"{self.region}b")
        some = zones_of_some_accounts(self.region)
        sure = [zone for zone in zone_names(self.region) if zone not in some]
        return tuple(sure or some)[:2]

    @property
    def system(self) -> str:
        """Default instance type for models of which the region offers no matching type."""
        return next((it for it in _SYSTEM if zones_with(it, self.region or "") != ()), _SYSTEM[0])

    @cached_property
    def machine(self) -> Instance | None:
        """The cheapest instance type that fits; None outside of clouds. `InitOptionsError` if none does."""
        self._check_gpu()
        self._check_model()
        if self.provider == "existing":
            return None
        if self.instance:
            if self.instance not in INSTANCES:
                raise InitOptionsError(
                    f"unknown instance type '{self.instance}'{did_you_mean(self.instance, INSTANCES)}"
                )
            return INSTANCES[self.instance]
        found = sorted(self._candidates(), key=lambda it: (it.hourly_usd is None, it.hourly_usd or 0))
        if not found:
            what = f" with {self.gpu}" if self.gpu else ""
            where = f" in {self.region}" if self.region else ""
            model = f" that holds {self.model.name}" if self.model else ""
            raise InitOptionsError(f"no instance type{what}{where}{model}; `gpu-cluster gpus` lists them")
        return found[0]

    @cached_property
    def slot(self) -> GpuSlot | None:
        """Slot of a replica on a node; None where the catalog does not know the model."""
        if not (self.model and self.model.known):
            return None
        if self.machine:
            return smallest_fit(self.model.load, self.machine.gpu, self.machine.gpus)
        return smallest_fit(self.model.load, GPUS.get(self.gpu or ""), self.gpus)

    @property
    def replicas_per_node(self) -> int:
        """Replicas that the GPUs of one node hold; one of a model that the catalog does not know."""
        gpus = self.machine.gpus if self.machine else self.gpus
        return max(1, gpus // self.slot.gpus) if self.slot else 1

    @property
    def one_zone(self) -> bool:
        """Whether fewer zones offer the instance type than the network has."""
        offered = zones_with(self.machine.name, self.region or "") if self.machine else None
        return offered is not None and len(offered) < len(self.every_zone)

    def _check_gpu(self) -> None:
        """`InitOptionsError` if the catalog has no such GPU."""
        if self.gpu is not None and self.gpu not in GPUS:
            if other := other_maker(self.gpu):
                raise InitOptionsError(other)
            near = did_you_mean(self.gpu, GPUS, cutoff=CLOSE) or (
                f"; expected {one_of(GPUS)}: others are declared in the stack file, gpu-cluster:hardware.gpus"
            )
            raise InitOptionsError(f"unknown GPU '{self.gpu}'{near}")

    def _check_model(self) -> None:
        """`InitOptionsError` if a draft cannot have the model, or it is unknown and no GPU is given."""
        if self.model and self.model.rejected:
            raise InitOptionsError(self.model.rejected)
        if not self.model or self.model.known or self.gpu or self.instance:
            return
        near = near_model(self.model.name)
        raise InitOptionsError(f"the size of {self.model.name} is unknown{near}; set --gpu or --instance")

    def _candidates(self) -> Iterator[Instance]:
        for instance in INSTANCES.values():
            if not instance.gpus or instance.gpu is None or self.gpu not in (None, instance.gpu.name):
                continue
            if self.provider == "eks" and not self._starts(instance):
                continue
            if (
                self.model
                and self.model.known
                and not smallest_fit(self.model.load, instance.gpu, instance.gpus)
            ):
                continue
            yield instance

    def _starts(self, instance: Instance) -> bool:
        """Whether the region offers it, and an image exists for it."""
        release = AL2023_RELEASES[self.version]
        offered = zones_with(instance.name, self.region or "") or self.region not in PRICED_REGIONS
        return bool(offered) and not ami_problem("al2023", release, instance)
