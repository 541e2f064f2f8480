"""Device plugins of simulated nodes: resources appear once their pods run there.

On a real node the plugin registers them with the kubelet. Here they are computed from the plugin's pod, its
configuration and, for MIG, from the layout that the MIG manager on the node received.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (lightkube's models have bare dicts in them, and configurations are any YAML)

from collections.abc import Iterator, Mapping
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from lightkube.models.core_v1 import Container
from lightkube.resources.core_v1 import Node, Pod
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gpu_cluster.capacity import EFA_RESOURCE, GPU_RESOURCE, Handover, mig_resource
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import (
    KubernetesClient,
    annotation_of,
    is_ready,
    labels_of,
    name_of,
)
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import NO_GPUS, Devices

_NVIDIA, _MIG_MANAGER, _EFA_PLUGIN = "k8s-device-plugin", "k8s-mig-manager", "aws-efa-k8s-device-plugin"
_LAYOUT, _STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
_POLL_SECONDS = 0.5


class DevicePlugins:
    """Updates node resources to those of the device plugins while a `with` statement runs.

    with DevicePlugins(KubernetesClient(control_plane.kubeconfig)):
        engine.run("up", "--yes")
    """

    def __init__(self, cluster: KubernetesClient) -> None:
        self._cluster = cluster
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            try:
                offer_devices(self._cluster)
            except RehearsalError:  # other steps report a missing API server
                continue


def offer_devices(cluster: KubernetesClient) -> dict[str, dict[str, int]]:
    """Update the extended resources of nodes to those of the plugins on them. Returns the changes by node.

    A MIG manager says on the node's labels how it went. Where a plugin runs and no container would get a GPU
    from it, an annotation says why.
    """
    nodes = {name_of(node): node for node in cluster.nodes() if Devices.of(node) != Devices()}
    pods = [pod for pod in cluster.pods() if nodes and is_ready(pod)]
    plugins = {name: _Plugins(cluster, node, pods) for name, node in nodes.items()}
    for name, each in plugins.items():
        if state := each.division():
            cluster.relabel(name, {_STATE: state})
        if (why := each.refusal()) != (annotation_of(nodes[name], NO_GPUS) or ""):
            cluster.annotate(name, {NO_GPUS: why})
    changed = {name: offered for name, each in plugins.items() if (offered := each.change())}
    for name, offered in changed.items():
        cluster.offer(name, offered)
    return changed


class _Plugins:
    """The plugins on one node."""

    def __init__(self, cluster: KubernetesClient, node: Node, pods: list[Pod]) -> None:
        self._cluster = cluster
        self._node = node
        self._devices = Devices.of(node)
        self._pods = [pod for pod in pods if pod.spec and pod.spec.nodeName == name_of(node)]

    def change(self) -> dict[str, int]:
        """Resources that are not offered as they should be; a resource without a plugin is not offered."""
        wanted = self._efa() | self._gpus()
        status = self._node.status
        present = {
            resource: int(amount)
            for resource, amount in ((status and status.allocatable) or {}).items()
            if resource.startswith("nvidia.com/") or resource == EFA_RESOURCE
        }
        return {
            resource: wanted.get(resource, 0)
            for resource in wanted.keys() | present.keys()
            if wanted.get(resource, 0) != present.get(resource, 0)
        }

    def division(self) -> str | None:
        """State that the MIG manager has not reported yet; None if it has reported all."""
        labels = labels_of(self._node)
        if _LAYOUT not in labels or not any(self._running(_MIG_MANAGER)):
            return None
        state = "success" if self._layout() else "failed"
        return state if labels.get(_STATE) != state else None

    def _efa(self) -> dict[str, int]:
        runs = self._devices.efa and any(self._running(_EFA_PLUGIN))
        return {EFA_RESOURCE: self._devices.efa} if runs else {}

    def refusal(self) -> str:
        """Reason why containers get no GPUs although a plugin of the cluster runs; empty if they do."""
        for container, config in self._plugins():
            flags = config.get("flags", {}).get("plugin", {})
            named = _environment(container).get("DEVICE_LIST_STRATEGY") or flags.get("deviceListStrategy")
            handover = ",".join(named) if isinstance(named, list) else named or Handover.VARIABLE
            return self._devices.refuses(sys_admin=_sys_admin(container), handover=handover) or ""
        return ""

    def _gpus(self) -> dict[str, int]:
        if self.refusal():
            return {}
        for container, config in self._plugins():
            strategy = _environment(container).get("MIG_STRATEGY") or config.get("flags", {}).get(
                "migStrategy"
            )
            return self._shared(_divided(self._devices.gpus, self._layout(), strategy), config)
        return self._devices.offered_by_system()

    def _plugins(self) -> Iterator[tuple[Container, dict[str, Any]]]:
        """Device plugins that run as pods, each with its configuration."""
        for pod, container in self._running(_NVIDIA):
            if _program(container) == "nvidia-device-plugin" and self._devices.gpus:
                yield container, self._mounted(pod, container, _environment(container).get("CONFIG_FILE"))

    def _shared(self, whole: dict[str, int], config: Mapping[str, Any]) -> dict[str, int]:
        sharing = config.get("sharing", {})
        if "mps" in sharing and not any(
            _program(container) == "mps-control-daemon" for _, container in self._running(_NVIDIA)
        ):
            return {}  # the plugin waits for the daemon
        ways = sharing.get("mps") or sharing.get("timeSlicing") or {}
        renamed = ".shared" if ways.get("renameByDefault") else ""
        times = {each["name"]: each["replicas"] for each in ways.get("resources", [])}
        return {
            resource + (renamed if resource in times else ""): count * times.get(resource, 1)
            for resource, count in whole.items()
        }

    def _layout(self) -> dict[str, int]:
        """MIG instances of each profile on each GPU, where a manager makes those of the node's label."""
        name = labels_of(self._node).get(_LAYOUT, "")
        for pod, container in self._running(_MIG_MANAGER):
            configs = self._mounted(pod, container, _environment(container).get("CONFIG_FILE"))
            for part in configs.get("mig-configs", {}).get(name, []):
                if part.get("mig-enabled"):
                    return dict(part.get("mig-devices", {}))
        return {}

    def _running(self, image: str) -> Iterator[tuple[Pod, Container]]:
        """Containers of an image, by the last part of its name."""
        for pod in self._pods:
            for container in (pod.spec and pod.spec.containers) or []:
                name = (container.image or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
                if name == image:
                    yield pod, container

    def _mounted(self, pod: Pod, container: Container, path: str | None) -> dict[str, Any]:
        """Text of a mounted ConfigMap; empty where there is none."""
        volumes = {each.name: each.configMap for each in (pod.spec and pod.spec.volumes) or []}
        for mount in container.volumeMounts or []:
            source = volumes.get(mount.name)
            if not path or source is None or not path.startswith(f"{mount.mountPath}/"):
                continue
            file = path.removeprefix(f"{mount.mountPath}/")
            keys = {item.path: item.key for item in source.items or []} or {file: file}
            namespace = (pod.metadata and pod.metadata.namespace) or ""
            data = self._cluster.config_map(namespace, source.name or "")
            return _parsed(data.get(keys.get(file, ""), ""))
        return {}


def _divided(gpus: int, layout: Mapping[str, int], strategy: str | None) -> dict[str, int]:
    if not layout or strategy in (None, "none"):
        return {GPU_RESOURCE: gpus}
    if strategy == "mixed":
        return {mig_resource(profile): count * gpus for profile, count in layout.items()}
    return {GPU_RESOURCE: sum(layout.values()) * gpus} if len(layout) == 1 else {}  # single: of one profile


def _program(container: Container) -> str:
    """The image holds several; its own is the plugin."""
    return (container.command or ["nvidia-device-plugin"])[0]


def _sys_admin(container: Container) -> bool:
    context = container.securityContext
    added = (context and context.capabilities and context.capabilities.add) or []
    return bool(context and context.privileged) or "SYS_ADMIN" in added


def _environment(container: Container) -> dict[str, str]:
    return {each.name: each.value or "" for each in container.env or []}


def _parsed(text: str) -> dict[str, Any]:
    try:
        document: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return {}
    return document if isinstance(document, dict) else {}
