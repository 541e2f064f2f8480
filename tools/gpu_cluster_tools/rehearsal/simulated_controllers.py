"""Controllers of a cluster during a rehearsal: real ones and simulated ones."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from gpu_cluster_tools.rehearsal.aws.ebs_driver import EbsDriver
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import KubernetesClient
from gpu_cluster_tools.rehearsal.controllers.addons import define, drivers_of, installed_in
from gpu_cluster_tools.rehearsal.controllers.background_loops import background_loops
from gpu_cluster_tools.rehearsal.controllers.cluster_autoscaler import add_servers
from gpu_cluster_tools.rehearsal.controllers.lws_controller import lws_controller
from gpu_cluster_tools.rehearsal.controllers.volume_provisioner import provide
from gpu_cluster_tools.rehearsal.sandbox import Sandbox
from gpu_cluster_tools.rehearsal.simulated_nodes.device_plugins import DevicePlugins
from gpu_cluster_tools.toolchain import LWS_CONTROLLER


@contextmanager
def simulated_controllers(sandbox: Sandbox) -> Generator[None]:
    """Storage drivers and, on AWS, add-ons, device plugins and the cluster autoscaler.

    Karpenter and the LeaderWorkerSet controller are the real ones, where a stack has them.
    """
    client = KubernetesClient(sandbox.control_plane.kubeconfig)
    with (
        background_loops(*_parts(sandbox)),
        DevicePlugins(client),
        _lws_controller(sandbox),
        _karpenter(sandbox),
    ):
        yield


@contextmanager
def _karpenter(sandbox: Sandbox) -> Generator[None]:
    if not sandbox.has_karpenter:
        yield
        return
    with sandbox.karpenter as karpenter, background_loops(karpenter.attend):
        yield
    karpenter.require_all_well()


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
        lambda: add_servers(api, sandbox.aws),
    ]
