"""All checks, in the order in which they would block a deployment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.file_path import in_home, is_file
from gpu_cluster.plan import planned
from gpu_cluster.stack import StackFileError
from gpu_cluster_tools.doctor.account import account
from gpu_cluster_tools.doctor.addons import addons
from gpu_cluster_tools.doctor.aws import Aws, UnreachableError
from gpu_cluster_tools.doctor.backups import backups
from gpu_cluster_tools.doctor.check import Check, CheckStatus, Group
from gpu_cluster_tools.doctor.checkout import checkout, state
from gpu_cluster_tools.doctor.endpoint import endpoint
from gpu_cluster_tools.doctor.existing_vpc import existing_vpc
from gpu_cluster_tools.doctor.machine import machine
from gpu_cluster_tools.doctor.models import models
from gpu_cluster_tools.doctor.offerings import offerings
from gpu_cluster_tools.doctor.quotas import quotas
from gpu_cluster_tools.doctor.service_roles import service_roles
from gpu_cluster_tools.doctor.stack_files import schema, stack_file
from gpu_cluster_tools.doctor.zones import zones

if TYPE_CHECKING:
    from gpu_cluster_tools.doctor.api_server import ApiServer

SignIn = Callable[[str], Aws]
"""The account that the credentials lead to, in a region."""


def diagnose(project: Path, name: str | None, *, sign_in: SignIn = Aws) -> Iterator[Check]:
    """The machine and the checkout, and one stack with its account and cluster, or every stack file.

    for check in examine(project, "prod"): ...
    """
    yield from machine(project)
    yield from checkout(project)
    yield from schema(project)
    folder = project / "stacks"
    if name is None:
        for file in sorted(folder.glob("Pulumi.*.yaml")):
            yield from stack_file(file, file.name.split(".")[1])[1]
        return
    file = folder / f"Pulumi.{name}.yaml"
    stack, checks = stack_file(file, name)
    yield from checks
    if isinstance(stack, TeamStack):
        yield from models(stack.served)
    if not isinstance(stack, Stack):
        return  # a team's stack has neither account nor cluster of its own
    yield from models(stack)
    local = isinstance(stack.cluster, LocalCluster)
    yield from state(name, local=local, encrypted="encryptionsalt:" in file.read_text())
    if isinstance(stack.cluster, EksSettings):
        yield from _on_aws(stack, name, sign_in)
    yield from _in_cluster(project, name, stack)


def _on_aws(stack: Stack, name: str, sign_in: SignIn) -> Iterator[Check]:
    """Checks without AWS access, from the catalog."""
    try:
        aws = sign_in(stack.region or "")
        signed_in = list(account(stack, aws))
    except UnreachableError as error:
        yield Group("account").skip("account", str(error))
        yield from service_roles(stack, None)
        yield from existing_vpc(stack, None)
        yield from quotas(stack, name, None)
        yield from offerings(stack, None)
        yield from zones(stack, None)
        yield from addons(stack, None)
        yield from backups(stack, None)
        return
    yield from signed_in
    ours = all(check.verdict != "FAIL" for check in signed_in)
    asked = aws if ours else None  # another account's quotas say nothing
    try:
        yield from service_roles(stack, asked)
        yield from existing_vpc(stack, asked)
        yield from quotas(stack, name, asked)
        yield from offerings(stack, asked)
        yield from zones(stack, asked)
        yield from addons(stack, asked)
        yield from backups(stack, asked)
    except UnreachableError as error:
        yield Group("account").fail("connection", str(error))


def _in_cluster(project: Path, name: str, stack: Stack) -> Iterator[Check]:
    from gpu_cluster_tools.doctor.api_server import (  # half a second, and most stacks have no cluster yet
        ApiServer,
        NoAnswerError,
    )
    from gpu_cluster_tools.doctor.cluster import cluster

    kubeconfig, context = _way(project, name, stack)
    on_eks = stack.cluster if isinstance(stack.cluster, EksSettings) else None
    if not is_file(kubeconfig):
        if on_eks:
            yield endpoint(on_eks, None)
        yield _no_way(name, stack, kubeconfig)
        return
    try:
        api = ApiServer(kubeconfig, context)
        if on_eks:
            yield (reached := endpoint(on_eks, api.server))
            if reached.verdict is CheckStatus.FAIL:
                return
        yield from cluster(stack, api)
        if not isinstance(stack.cluster, LocalCluster):
            yield _existing_objects(stack, name, api)
    except NoAnswerError as error:
        yield Group("cluster").fail("connection", str(error))


def _existing_objects(stack: Stack, name: str, api: "ApiServer") -> Check:
    from gpu_cluster_tools.doctor.takeover import takeover

    try:
        graph = planned(stack, name).graph
    except StackFileError:
        found = "the stack has no plan, since a manifest repeats an object of the platform"
        return Group("cluster").skip("existing objects", found, f"gpu-cluster validate {name}")
    return takeover(graph, api)


def _way(project: Path, name: str, stack: Stack) -> tuple[Path, str | None]:
    match stack.cluster:
        case LocalCluster():
            return project / ".local" / "kubeconfig", None
        case ExistingCluster():
            return project / in_home(Path(stack.cluster.kubeconfig)), stack.cluster.context
        case EksSettings():
            return project / ".local" / f"{name}.kubeconfig", None


def _no_way(name: str, stack: Stack, kubeconfig: Path) -> Check:
    if isinstance(stack.cluster, ExistingCluster):
        return Group("cluster").fail(
            "kubeconfig", f"gpu-cluster:cluster.kubeconfig: {kubeconfig} does not exist"
        )
    starts = f"`gpu-cluster {'up' if isinstance(stack.cluster, LocalCluster) else 'status'} {name}` writes it"
    return Group("cluster").skip(
        "kubeconfig", f"{kubeconfig} does not exist, so no cluster is known here", starts
    )
