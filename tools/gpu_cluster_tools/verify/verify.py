"""Everything that is verified, from the nodes up to the models that run on them."""

from collections.abc import Iterator

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.alerts import alerts
from gpu_cluster_tools.verify.autoscaling import autoscaling
from gpu_cluster_tools.verify.drivers import drivers
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.models import models
from gpu_cluster_tools.verify.nodes import nodes
from gpu_cluster_tools.verify.pods import simulated_nodes


def verify(stack: Stack, api: ApiServer) -> Iterator[Measurement]:
    """Reads alone: nothing in the cluster is created or changed.

    for check in verify(load(path), ApiServer(kubeconfig)): ...
    """
    try:
        yield from _all(stack, api)
    except NoAnswerError as error:
        yield measured(Group("cluster").fail("connection", str(error)))


def _all(stack: Stack, api: ApiServer) -> Iterator[Measurement]:
    found = api.items("/api/v1/nodes")
    if found is None:
        yield blocked(Group("nodes").skip("nodes", "this identity may not list nodes"))
    else:
        pools = pools_of(stack)
        yield from nodes(stack, pools, found, api)
        yield from drivers(stack, pools, found)
    simulated = simulated_nodes(found or [])
    yield from models(stack.serving.models, stack.serving.namespace, simulated, api)
    yield from autoscaling(stack, simulated, api)
    yield from alerts(stack, simulated, api)
