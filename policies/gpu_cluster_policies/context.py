"""Context of an evaluation beside the resources: the stack file, and the settings of the pack."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_cluster.capacity.known_hardware import known_hardware
from gpu_cluster.catalog import INSTANCES, Instance, eks_images
from gpu_cluster.config.network import ExistingNetwork
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.diagnostic import StackFileError
from gpu_cluster.stack.load import load_any
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.pool import Pools
from gpu_cluster_policies.settings import Environment, PolicySettings, policy_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gpu_cluster.cost import Prices


@dataclass(frozen=True)
class EvaluationContext:
    """Facts about a stack that rules need in addition to its resources.

    terms = context_of("prod", project)
    terms.regions  # ("us-east-2", "us-west-2")
    """

    stack: str
    settings: PolicySettings
    file: Stack | None = None
    """Stack file; for a team's stack, the file of its environment. None for a program of another project."""

    project: Path | None = None
    """Folder of the project whose own settings, waivers and prices hold: of a team that of its platform."""

    @property
    def production(self) -> bool:
        """True if the stack file sets it; if no file sets it, whether the stack's name is in the settings."""
        said = self.file.production if self.file else None
        return self.settings.names_production(self.stack) if said is None else said

    @property
    def existing_vpc(self) -> ExistingNetwork | None:
        """The VPC that the stack file names instead of making one."""
        return self.file.network.existing if self.file and self.file.network else None

    @cached_property
    def environment(self) -> Environment | None:
        """Limits of its environment in the settings; None where they name none."""
        return self.settings.environment_of(self.stack)

    @cached_property
    def prices(self) -> Prices:
        """`PriceFileError` if the project's price file is wrong."""
        from gpu_cluster.cost import project_prices  # which loads Pulumi; most manifests have no budget
        from gpu_cluster.cost.declared_prices import with_declared

        prices = project_prices(self.project)
        return with_declared(prices, self.file.hardware) if self.file else prices

    @cached_property
    def instances(self) -> Mapping[str, Instance]:
        """Instance types of the catalog, and those that the stack file declares."""
        return known_hardware(self.file.hardware).instances if self.file else INSTANCES

    @property
    def registries(self) -> tuple[str, ...]:
        """Registries of the settings, the stack file's mirror, and the registries of AWS's images for EKS."""
        mirror = [self.file.mirror] if self.file and self.file.mirror else []
        regional = [eks_images(self.file.region)] if self.file and self.file.region else []
        return (*self.settings.registries, *mirror, *regional)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that anything may be in: those of the environment which the stack file allows as well."""
        allowed = self.environment.regions if self.environment else ()
        residency = self.file.compliance.data_residency if self.file else None
        return tuple(region for region in allowed if not residency or region in residency)

    def pools_of(self, inventory: Inventory) -> Pools:
        """Pools that the stack creates; without any, the pools of its file."""
        return Pools.of(inventory, self.file)

    def allows_instance(self, instance: str) -> bool:
        patterns = self.environment.instances if self.environment else ()
        return any(fnmatchcase(instance, pattern) for pattern in patterns)


def context_of(stack: str, project: Path | None) -> EvaluationContext:
    """`PolicyFileError` if the settings are wrong."""
    file = None
    if project:
        with suppress(StackFileError):  # the program says what is wrong with it, or is another project's
            file = load_any(project / "stacks" / f"Pulumi.{stack}.yaml")
    if not isinstance(file, TeamStack):
        return EvaluationContext(stack, policy_settings(project), file, project)
    judge = file.platform.folder if file.platform else project
    return EvaluationContext(stack, policy_settings(judge), file.environment, judge)
