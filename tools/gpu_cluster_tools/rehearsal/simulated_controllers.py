"""Who plays what would run in the containers of a cluster, all through a rehearsal."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from gpu_cluster_tools.rehearsal.addons import define, drivers_of, installed_in
from gpu_cluster_tools.rehearsal.aws.ebs_driver import EbsDriver
from gpu_cluster_tools.rehearsal.background_loops import background_loops
from gpu_cluster_tools.rehearsal.cluster_autoscaler import add_servers
from gpu_cluster_tools.rehearsal.device_plugins import DevicePlugins
from gpu_cluster_tools.rehearsal.karpenter_finalizer import KarpenterFinalizer
from gpu_cluster_tools.rehearsal.karpenter_nodes import start_nodes
from gpu_cluster_tools.rehearsal.kubernetes_client import KubernetesClient
from gpu_cluster_tools.rehearsal.lws_controller import lws_controller
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.volume_provisioner import provide
from gpu_cluster_tools.toolchain import LWS_CONTROLLER


@contextmanager
def simulated_controllers(sandbox: Sandbox) -> Generator[None]:
    """Storage drivers and, on AWS, add-ons, device plugins, the cluster autoscaler and Karpenter.

    The LeaderWorkerSet controller is the real one, where a stack has it.
    """
    karpenter = [KarpenterFinalizer(sandbox.api, sandbox.aws)] if sandbox.on_aws else []
    parts = [*_parts(sandbox), *(each.finalize for each in karpenter)]
    client = KubernetesClient(sandbox.control_plane.kubeconfig)
    with background_loops(*parts), DevicePlugins(client), _lws_controller(sandbox):
        yield
    for each in karpenter:
        each.require_all_allowed()


def _lws_controller(sandbox: Sandbox) -> AbstractContextManager[None]:
    if not sandbox.installs_lws:
        return nullcontext()
    executable = sandbox.toolchain.path(LWS_CONTROLLER.name)
    return lws_controller(sandbox.control_plane, executable, sandbox.folder / ".local" / "lws")


def _parts(sandbox: Sandbox) -> list[Callable[[], None]]:
    api = sandbox.api
    if not sandbox.on_aws:
        return [lambda: provide(api)]
    installed, ebs = installed_in(sandbox.aws), EbsDriver(sandbox.aws)
    return [
        lambda: define(api, installed()),
        lambda: provide(api, drivers_of(installed()), ebs),
        lambda: start_nodes(api),
        lambda: add_servers(api, sandbox.aws),
    ]
