"""All verification checks, from nodes to models."""

from collections.abc import Generator, Iterator

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.alerts import alerts
from gpu_cluster_tools.verify.autoscaling import autoscaling
from gpu_cluster_tools.verify.drivers import drivers
from gpu_cluster_tools.verify.jobs import jobs, not_asked_for
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.models import models
from gpu_cluster_tools.verify.nodes import nodes
from gpu_cluster_tools.verify.pods import simulated_nodes


def verify(stack: Stack | TeamStack, api: ApiServer, *, with_jobs: bool = False) -> Generator[Measurement]:
    """Read-only, unless `with_jobs`: then Jobs use free GPUs and volumes, in a separate namespace.

    For a team's stack only its models are verified; nodes, alerts and Jobs belong to the environment.

    for check in verify(load(path), ApiServer(kubeconfig)): ...
    """
    try:
        if isinstance(stack, TeamStack):
            yield from _team(stack, api)
        else:
            yield from _all(stack, api, with_jobs=with_jobs)
    except NoAnswerError as error:
        yield measured(Group("cluster").fail("connection", str(error)))


def _team(team: TeamStack, api: ApiServer) -> Iterator[Measurement]:
    simulated = simulated_nodes(api.items("/api/v1/nodes") or [])  # which a team may not list
    if not team.file.models:
        yield measured(Group("models").skip("models", f"team {team.name} serves no models"))
    yield from models(team.file.models, team.namespace, simulated, api)
    yield from autoscaling(team.served, simulated, api)


def _all(stack: Stack, api: ApiServer, *, with_jobs: bool) -> Iterator[Measurement]:
    found = api.items("/api/v1/nodes")
    pools = pools_of(stack)
    if found is None:
        yield blocked(Group("nodes").skip("nodes", "not authorized to list nodes"))
    else:
        yield from nodes(stack, pools, found, api)
        yield from drivers(stack, pools, found)
    simulated = simulated_nodes(found or [])
    yield from models(stack.serving.models, stack.serving.namespace, simulated, api)
    yield from autoscaling(stack, simulated, api)
    yield from alerts(stack, simulated, api)
    if with_jobs:
        yield from jobs(stack, pools, found or [], api)
    else:
        yield not_asked_for()
