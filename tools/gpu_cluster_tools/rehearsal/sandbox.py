"""Sandbox of a rehearsal: a copy of the project, with its own control plane and AWS account."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.control_plane.control_plane import LocalControlPlane
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient
from gpu_cluster_tools.rehearsal.control_plane.processes import end, processes
from gpu_cluster_tools.rehearsal.controllers.karpenter_process import KarpenterProcess
from gpu_cluster_tools.rehearsal.copy_project import copy_project
from gpu_cluster_tools.rehearsal.engine.engine import (
    PulumiEngine,
    forget_history,
    forget_selection,
    local_state,
)
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import remove_tmpdirs
from gpu_cluster_tools.rehearsal.engine.run_watcher import STALLED_SECONDS
from gpu_cluster_tools.rehearsal.engine.state_files import resources_of
from gpu_cluster_tools.rehearsal.fake_secrets import plaintext_secrets, set_fake_secrets
from gpu_cluster_tools.rehearsal.lock import locked
from gpu_cluster_tools.rehearsal.prerequisites.existing_buckets import changed_buckets, make_buckets
from gpu_cluster_tools.rehearsal.prerequisites.existing_vpc import MadeVpc, lost_of, make_vpc
from gpu_cluster_tools.rehearsal.prerequisites.given_resources import (
    admit_principals,
    deployer,
    own_images,
    reservations,
)
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import use_declared
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import reconcile
from gpu_cluster_tools.rehearsal.stack_copy import Keys, StackCopy
from gpu_cluster_tools.rehearsal.stack_tools import has_karpenter, write_charts
from gpu_cluster_tools.toolchain import AWS_PROVIDER, KARPENTER, LWS_CONTROLLER, Toolchain

_KUBECONFIG = ".local/kubeconfig"
_PROGRAMS = ("pulumi", KARPENTER.name, LWS_CONTROLLER.name)
"""Name prefixes of the programs of a rehearsal other than control plane and account."""

_STARTING_SECONDS = 60
"""Time for Karpenter to start, reconcile its NodePools and launch a node on a busy machine."""


@dataclass
class Sandbox:
    """Sandbox of one rehearsal, below .local/rehearsal of the checkout.

    sandbox = Sandbox(project, "prod", install())
    sandbox.open()
    sandbox.engine.run("up", "--yes")
    sandbox.remove()
    """

    project: Path
    name: str
    toolchain: Toolchain
    permissions: tuple[str, ...] = ()
    """Policies that are all rights of the deployer on AWS; without any it is an administrator."""

    _existing_vpc: MadeVpc | None = field(default=None, init=False)
    _existing_buckets: frozenset[str] = field(default=frozenset(), init=False)

    @classmethod
    def all_of(cls, project: Path) -> "list[Sandbox]":
        """Sandboxes of earlier rehearsals of a project, for removal."""
        folders = (project / ".local" / "rehearsal").glob("*/")
        return [cls(project, folder.name, Toolchain({})) for folder in folders]

    @property
    def folder(self) -> Path:
        return self.project / ".local" / "rehearsal" / self.name

    @contextmanager
    def alone(self) -> Generator[None]:
        """Lock for one rehearsal of a stack at a time; others wait."""
        with locked(self.folder.with_suffix(".lock")):
            yield

    def open(self, *, cluster: bool = True) -> None:
        """Create a fresh sandbox with the stack's nodes and without state of an earlier rehearsal.

        `cluster`: True if the account's cluster has a control plane; otherwise nodes join in name only.
        """
        self.remove()
        copy_project(self.project, self.folder, {})
        left_out = self._take_stack_file()
        use_declared(self._original.hardware)
        charts = self.folder / "charts"
        if write_charts(self._original, self.toolchain, charts):
            self.stack_file.put(("config", "gpu-cluster:registry", "charts"), str(charts))
        if self.on_aws:
            self._open_account(cluster=cluster)
        else:
            self.control_plane.start()
        self.engine.select()
        self.secrets.update(set_fake_secrets(self.engine, left_out))
        self.reconcile()

    def restock(self) -> None:
        """Copy the user's current stack file again, after a destroy, and delete the engine's history."""
        self.__dict__.pop("_original", None)
        self.secrets.clear()
        left_out = self._take_stack_file()
        forget_history(self.folder)
        self.secrets.update(set_fake_secrets(self.engine, left_out))

    def remove(self) -> None:
        """End all of its processes, and delete it."""
        end(
            found
            for found in processes(lambda command: command.startswith(_PROGRAMS))
            if found.directory.is_relative_to(self.folder)
        )
        Account(self.folder / ".local").stop()
        LocalControlPlane(self.folder / ".local", self.toolchain).remove()
        remove_tmpdirs(self.folder)
        forget_selection(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def reconcile(self) -> None:
        """Reconcile the simulated nodes with the stack file; on AWS, node groups do so."""
        if not self.on_aws:
            reconcile(KubernetesClient(self.control_plane.kubeconfig), self.pools)

    @property
    def stack(self) -> Stack:
        """The settings as the copy of the stack file has them now."""
        return load(self.stack_file.path)

    @property
    def pools(self) -> dict[str, Pool]:
        return pools_of(self.stack)

    @property
    def provider(self) -> str:
        """local, existing or eks."""
        return self._original.cluster.provider

    @cached_property
    def _original(self) -> Stack:
        return load(self._original_file)

    @property
    def _original_file(self) -> Path:
        return self.project / "stacks" / f"Pulumi.{self.name}.yaml"

    @property
    def on_aws(self) -> bool:
        return self.provider == "eks"

    @property
    def stack_file(self) -> StackCopy:
        return StackCopy(self.folder / "stacks" / f"Pulumi.{self.name}.yaml")

    @property
    def control_plane(self) -> LocalControlPlane:
        account = self.account.endpoint if self.on_aws and self.folder.exists() else None
        return LocalControlPlane(
            self.folder / ".local",
            self.toolchain,
            account=account,
            services=self.folder.exists() and self.installs_lws,
        )

    @property
    def installs_lws(self) -> bool:
        """True if the stack has the LeaderWorkerSet controller, which is the real one."""
        return self._original.serving.installs_lws

    @property
    def account(self) -> Account:
        settings = self._original.cluster
        if isinstance(settings, EksSettings):
            return Account(self.folder / ".local", id=settings.account, principal=deployer(settings))
        return Account(self.folder / ".local")

    @property
    def aws(self) -> Api:
        """The account in the region of the stack."""
        return Api(self.account.endpoint, self._original.region or "")

    @property
    def api(self) -> DynamicClient:
        return DynamicClient(self.control_plane.kubeconfig)

    @property
    def aws_provider(self) -> Path:
        """Executable of the provider that makes the stack's AWS resources."""
        return self.toolchain.path(AWS_PROVIDER.name)

    @property
    def has_karpenter(self) -> bool:
        """True if Karpenter launches nodes of the stack."""
        return has_karpenter(self._original)

    @cached_property
    def karpenter(self) -> KarpenterProcess:
        """The controller, not started yet."""
        return KarpenterProcess(
            self.toolchain.path(KARPENTER.name),
            self.folder / ".local" / "karpenter",
            self.control_plane.kubeconfig,
            self.account,
            self.aws,
        )

    @property
    def patience_seconds(self) -> float:
        """Timeout without changes after which pending workloads are reported as failed."""
        return _STARTING_SECONDS if self.has_karpenter else STALLED_SECONDS

    @cached_property
    def engine(self) -> PulumiEngine:
        environment = self.toolchain.environment() | local_state(self.folder)
        if self.on_aws:
            environment = self.account.environment(environment, self.aws_provider)
        return PulumiEngine(self.folder, self.name, environment)

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Generated values by their key path in the stack file."""
        return {}

    def resources(self) -> list[dict[str, Any]]:
        """Resources in the engine's state; secrets are as they are kept."""
        return resources_of(self.engine)

    def retained(self) -> set[tuple[str, str]]:
        """Type and id of resources that a destroy retains in the account, as the stack sets."""
        kept = (each for each in self.resources() if each.get("retainOnDelete") and each.get("id"))
        return {(each["type"], each["id"]) for each in kept}

    def clear_secrets(self) -> list[str]:
        """Descriptions of fake secrets that are in plaintext in the state."""
        return plaintext_secrets(self.secrets, self.folder)

    def lost(self) -> list[str]:
        """Descriptions of changed parts of the existing VPC and buckets."""
        network = lost_of(self.aws, self._existing_vpc) if self._existing_vpc else []
        return network + changed_buckets(self.aws, self._existing_buckets)

    def _take_stack_file(self) -> list[Keys]:
        elsewhere = self.provider == "existing"
        return self.stack_file.take(self._original_file, kubeconfig=_KUBECONFIG if elsewhere else None)

    def _open_account(self, *, cluster: bool) -> None:
        """An account whose cluster is this control plane, with the existing resources that the stack
        names."""
        stack = self._original
        self.account.declare(stack.hardware, own_images(stack), reservations(stack))
        self.account.start()
        if cluster:
            self.control_plane.start()
            self.account.serve_clusters(self.control_plane.kubeconfig)
        admit_principals(self.account, stack, self.permissions)
        self._open_network()
        self._existing_buckets = make_buckets(self.aws, stack)
        self.account.take_as_given()

    def _open_network(self) -> None:
        """Create the existing VPC of the stack file, and write its ids to the copy of the file."""
        network = self._original.network
        if network is None or network.existing is None:
            return
        self._existing_vpc = make_vpc(self.aws, network.existing)
        if self._existing_vpc.ids:
            self.stack_file.put(("config", "gpu-cluster:network", "existing", "ids"), self._existing_vpc.ids)
