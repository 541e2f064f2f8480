"""First process in the namespaces of real nodes: it configures their network and starts their programs.

python -m gpu_cluster_tools.real_node.namespace_process SETTINGS, in the folder of the nodes.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from gpu_cluster_tools.real_node.host_process import API_SOCKET, socket_of
from gpu_cluster_tools.real_node.network import API_SERVER, API_SERVER_PORT, DEVICE, SERVICES
from gpu_cluster_tools.real_node.relay import (
    Connect,
    Streams,
    listen_at,
    listen_on,
    listen_to_the_api_server,
    to_socket,
)
from gpu_cluster_tools.real_node.settings import Program, RealNodeSettings
from gpu_cluster_tools.real_node.supervisor import supervise

TARGETS = "targets.json"
"""Address of the Service at the end of each way, which is known once the platform is up."""


def main(path: str) -> None:
    settings = RealNodeSettings.read(Path(path))
    _make_network(settings)
    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(_relay(settings, ready)), daemon=True).start()
    ready.wait()
    nodes = [_node(path, number, node.name) for number, node in enumerate(settings.nodes)]
    supervise([*settings.programs, *nodes], Path("logs"), os.environ | {"PATH": settings.search})


def _node(path: str, number: int, name: str) -> Program:
    module = "gpu_cluster_tools.real_node.node"
    command = ["unshare", "--mount", sys.executable, "-P", "-m", module, path, str(number)]
    return Program(name=name, command=command)


def _make_network(settings: RealNodeSettings) -> None:
    # A bridge without ports holds the addresses: not every kernel has a dummy device.
    commands = [
        "ip link set lo up",
        f"ip link add name {DEVICE} type bridge",
        f"ip addr add {API_SERVER}/32 dev {DEVICE}",
        *(f"ip addr add {node.address}/32 dev {DEVICE}" for node in settings.nodes),
        f"ip link set {DEVICE} up",
        f"ip route add {SERVICES} dev {DEVICE} src {settings.nodes[0].address}",
    ]
    for command in commands:
        subprocess.run(command.split(), check=True)  # noqa: S603
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


async def _relay(settings: RealNodeSettings, ready: threading.Event) -> None:
    ways = [("127.0.0.1", settings.api_port), (API_SERVER, API_SERVER_PORT)]
    servers = [await listen_at(host, port, to_socket(API_SOCKET)) for host, port in ways]
    servers.append(await listen_to_the_api_server(settings.egress))
    servers += [await listen_on(socket_of(way), _to_service(way)) for way in settings.ways]
    ready.set()
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _to_service(way: str) -> Connect:
    async def connect() -> Streams:
        host, _, port = json.loads(Path(TARGETS).read_text())[way].rpartition(":")
        return await asyncio.open_connection(host, int(port))

    return connect


if __name__ == "__main__":
    main(sys.argv[1])
