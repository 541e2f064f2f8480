"""Start, inspect and remove the real nodes of a checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gpu_cluster_tools.real_node import node_files
from gpu_cluster_tools.real_node.cgroups import cgroup_of, create_cgroup, remove_cgroups
from gpu_cluster_tools.real_node.cluster_dns import POLICIES_USER
from gpu_cluster_tools.real_node.images import LocalImage
from gpu_cluster_tools.real_node.machine import write_machine
from gpu_cluster_tools.real_node.namespace_process import TARGETS
from gpu_cluster_tools.real_node.network import node_address
from gpu_cluster_tools.real_node.node import KUBELET_FOLDER
from gpu_cluster_tools.real_node.runtime import (
    READY_SECONDS,
    default_specification,
    import_images,
    link_plugins,
    not_ready,
)
from gpu_cluster_tools.real_node.selection import RealSelection
from gpu_cluster_tools.real_node.settings import GATEWAY, NodeSettings, Program, RealNodeSettings, model_way
from gpu_cluster_tools.rehearsal import KubernetesClient, LocalControlPlane, RehearsalError
from gpu_cluster_tools.rehearsal.control_plane import ports, service_proxy
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import name_of
from gpu_cluster_tools.rehearsal.control_plane.processes import Process, end, processes
from gpu_cluster_tools.rehearsal.simulated_nodes.nodes import at_once, takes_pods
from gpu_cluster_tools.toolchain import Toolchain

_POLL_SECONDS = 0.2
_IMPORTS_AT_ONCE = 2  # each has the files of one image in memory
_SYSTEM_GROUP = "gpu-cluster:real-nodes"


class RealNodes:
    """The real nodes whose files lie in one folder.

    RealNodes(project / ".local").start(control_plane, toolchain, programs, real, images)
    """

    def __init__(self, local: Path) -> None:
        self._folder = local.resolve() / "real-node"
        self._path = self._folder / "settings.json"
        self._started = self._folder / "started"

    def start(
        self,
        control_plane: LocalControlPlane,
        toolchain: Toolchain,
        programs: Path,
        real: RealSelection,
        images: Mapping[str, Sequence[LocalImage]],
        mounts: Mapping[str, Path] | None = None,
    ) -> None:
        """Start the nodes or update running ones, and wait until they are Ready.

        `programs`: the folder with runc and iptables; `images`: those of each pool; `mounts`: folders of this
        machine by their paths in every container. `RehearsalError` where a node does not become Ready.
        """
        settings = self._settings(control_plane, toolchain, programs, real, mounts or {})
        identity = self._identity(settings, control_plane)
        if not (self._running() and self._started.exists() and self._started.read_text() == identity):
            self._end()
            if self._path.exists() and self._known_mounts() != settings.mounts:
                # Another image has the name, and a kubelet would start its pods before it is imported.
                shutil.rmtree(self._folder / "nodes", ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(settings, control_plane, toolchain, programs, real)
            self._spawn()
            self._started.write_text(identity)
        client = toolchain.path("ctr")
        at_once(
            lambda node: import_images(Path(node.folder), client, images[real.nodes[node.name].name]),
            settings.nodes,
            _IMPORTS_AT_ONCE,
        )
        self._await_ready(KubernetesClient(control_plane.kubeconfig), set(real.nodes))

    def lead_to(self, kubeconfig: Path, namespace: str) -> dict[str, int]:
        """Forward ports of this machine to the Services of the models. Returns ports by model."""
        settings = RealNodeSettings.read(self._path)
        client = DynamicClient(kubeconfig)
        targets: dict[str, str] = {}
        for model in settings.models:
            service = client.get(f"/api/v1/namespaces/{namespace}/services/{model}")
            targets[model_way(model)] = _address_of(service)
        self._lead(targets)
        return settings.models

    def lead_to_gateway(self, service: Object) -> int:
        """Forward a port of this machine to the Service of the gateway. Returns the port.

        `RehearsalError` where the gateway is not real.
        """
        port = RealNodeSettings.read(self._path).gateway
        if port is None:
            raise RehearsalError("the gateway has no real node")
        self._lead({GATEWAY: _address_of(service)})
        return port

    def _lead(self, targets: Mapping[str, str]) -> None:
        path = self._folder / TARGETS
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({**known, **targets}))
        fresh.replace(path)

    def mounts(self) -> Mapping[str, str]:
        """Folders of this machine in the containers of nodes that run."""
        return self._known_mounts() if self._running() else {}

    def _known_mounts(self) -> Mapping[str, str]:
        return RealNodeSettings.read(self._path).mounts

    def remove(self) -> None:
        """End their processes, and delete every file and control group."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _settings(
        self,
        control_plane: LocalControlPlane,
        toolchain: Toolchain,
        programs: Path,
        real: RealSelection,
        mounts: Mapping[str, Path],
    ) -> RealNodeSettings:
        kept = RealNodeSettings.read(self._path).ways if self._path.exists() and self._running() else {}
        wanted = (*map(model_way, real.models), *([GATEWAY] if real.gateway else []))
        ways = kept if set(kept) == set(wanted) else ports.assign(wanted, {})
        shim = toolchain.path("containerd-shim-runc-v2").parent
        search = os.pathsep.join([str(programs), str(shim), os.environ.get("PATH", os.defpath)])
        proxy = [
            *(str(toolchain.path("kube-proxy")), "--config", str(self._folder / "kube-proxy.json")),
            *("--hostname-override", next(iter(real.nodes))),
        ]
        policies = [
            str(toolchain.path("network-policies")),
            "--kubeconfig",
            str(self._kubeconfig("policies")),
        ]
        return RealNodeSettings(
            search=search,
            api_port=control_plane.port,
            pki=str(control_plane.authority.parent),
            egress=os.path.relpath(service_proxy.socket_of(control_plane.egress), self._folder),
            models={model: ways[model_way(model)] for model in real.models},
            gateway=ways.get(GATEWAY),
            programs=[
                Program("kube-proxy", proxy),
                Program("network-policies", [*policies, "--nodes", ",".join(real.nodes)]),
            ],
            nodes=[self._node(toolchain, name, number) for number, name in enumerate(real.nodes)],
            mounts={path: str(folder) for path, folder in mounts.items()},
        )

    def _node(self, toolchain: Toolchain, name: str, number: int) -> NodeSettings:
        folder = self._folder / "nodes" / name
        address = node_address(number)
        kubelet = [
            *(str(toolchain.path("kubelet")), "--config", str(folder / "kubelet.json")),
            *("--kubeconfig", str(self._kubeconfig(name)), "--root-dir", KUBELET_FOLDER),
            *("--hostname-override", name, "--node-ip", address),
        ]
        containerd = [str(toolchain.path("containerd")), "--config", str(folder / "containerd.toml")]
        programs = [Program("containerd", containerd), Program("kubelet", kubelet)]
        return NodeSettings(name=name, address=address, folder=str(folder), programs=programs)

    def _write(
        self,
        settings: RealNodeSettings,
        control_plane: LocalControlPlane,
        toolchain: Toolchain,
        programs: Path,
        real: RealSelection,
    ) -> None:
        settings.write(self._path)
        control_plane.admit(self._kubeconfig("proxy"), user="system:kube-proxy", group=_SYSTEM_GROUP)
        control_plane.admit(self._kubeconfig("policies"), user=POLICIES_USER, group=_SYSTEM_GROUP)
        _write_json(self._folder / "kube-proxy.json", node_files.kube_proxy(self._kubeconfig("proxy")))
        plugins = self._folder / "plugins"
        link_plugins(plugins, toolchain)
        specification = self._folder / "container.json" if settings.mounts else None
        if specification:
            default = default_specification(toolchain.path("ctr"))
            _write_json(specification, node_files.with_mounts(default, settings.mounts))
        for number, node in enumerate(settings.nodes):
            folder, pool = Path(node.folder), real.nodes[node.name]
            control_plane.admit(
                self._kubeconfig(node.name), user=f"system:node:{node.name}", group="system:nodes"
            )
            write_machine(folder / "machine", pool.capacity)
            cgroup = cgroup_of(self._folder, node.name)
            create_cgroup(cgroup)
            _write_json(
                folder / "kubelet.json",
                node_files.kubelet(
                    pool, number, address=node.address, authority=control_plane.authority, cgroup=cgroup
                ),
            )
            (folder / "containerd.toml").write_text(
                node_files.containerd(
                    folder, plugins=plugins, runc=programs / "runc", specification=specification
                )
            )
            _write_json(folder / "cni" / "10-gpu-cluster.conflist", node_files.network(number, folder))
            _write_json(
                folder / "kubelet" / "device-plugins" / "simulated" / "devices.json", dict(pool.extended)
            )
            (folder / "kubelet" / "resolv.conf").write_text("")

    def _kubeconfig(self, name: str) -> Path:
        return self._folder / "kubeconfigs" / name

    def _identity(self, settings: RealNodeSettings, control_plane: LocalControlPlane) -> str:
        content = f"{settings}{control_plane.authority.read_text()}"
        return hashlib.sha256(content.encode()).hexdigest()

    def _spawn(self) -> None:
        with (self._folder / "outside.log").open("ab") as log:
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "gpu_cluster_tools.real_node.host_process", str(self._path)],
                cwd=self._folder,
                env={name: it for name, it in os.environ.items() if name != "TMPDIR"},  # nodes may outlive it
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _await_ready(self, cluster: KubernetesClient, wanted: set[str]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while waiting := wanted - {name_of(node) for node in cluster.nodes() if takes_pods(node)}:
            if time.monotonic() > deadline:
                node = next(each for each in RealNodeSettings.read(self._path).nodes if each.name in waiting)
                raise RehearsalError(not_ready(Path(node.folder), "kubelet"))
            time.sleep(_POLL_SECONDS)

    def _running(self) -> bool:
        return any(
            "gpu_cluster_tools.real_node.host_process" in found.arguments for found in self._processes()
        )

    def _processes(self) -> list[Process]:
        """Processes that were started with the settings of this folder."""
        return [found for found in processes(lambda _: True) if str(self._path) in found.arguments]

    def _end(self) -> None:
        # The first of the namespace takes all others with it.
        end(
            found
            for found in self._processes()
            if "gpu_cluster_tools.real_node.host_process" in found.arguments
        )
        end(self._processes(), grace_seconds=0)
        remove_cgroups(self._folder)


def _address_of(service: Object) -> str:
    return f"{service['spec']['clusterIP']}:{service['spec']['ports'][0]['port']}"


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")
