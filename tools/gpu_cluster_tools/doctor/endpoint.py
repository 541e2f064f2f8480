"""Whether the API server of an EKS cluster is reachable from this machine."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies

from gpu_cluster.config.eks import EksSettings
from gpu_cluster_tools.doctor.check import Check, Group

_CLUSTER = Group("cluster")
_NAME = "endpoint"
_SECONDS = 5
_RUN_INSIDE = "run in the VPC or in a network of endpoint.private, or add your network to endpoint.public"


def endpoint(settings: EksSettings, server: str | None) -> Check:
    """`server`:

    URL of the API server; None before the cluster exists, when the check reports who will reach it. The
    deployer must reach it: an update installs objects in the cluster.
    """
    if server is None:
        if settings.endpoint.public:
            shown = ", ".join(settings.endpoint.public)
            return _CLUSTER.ok(_NAME, f"the API server will be reachable from {shown} and the VPC")
        return _CLUSTER.warn(
            _NAME,
            "the API server will have only private addresses; updates must reach them",
            _RUN_INSIDE,
        )
    address = urlsplit(server)
    host, port = address.hostname or "", address.port or 443
    if "https" in getproxies():
        return _CLUSTER.skip(_NAME, f"{host} is reached through a proxy, so the connection was not checked")
    return _reached(host, port)


def _reached(host: str, port: int) -> Check:
    try:
        found = sorted({str(it[4][0]) for it in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError:
        return _CLUSTER.fail(_NAME, f"{host} does not resolve from this machine", _RUN_INSIDE)
    shown = ", ".join(found)
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError as error:
        private = all(ip_address(address).is_private for address in found)
        kind = "private addresses, not reachable from this machine" if private else "addresses"
        return _CLUSTER.fail(_NAME, f"{host} has {kind}: {shown} ({_reason(error)})", _RUN_INSIDE)
    return _CLUSTER.ok(_NAME, f"{host} answers at {shown}")


def _reason(error: OSError) -> str:
    return "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
