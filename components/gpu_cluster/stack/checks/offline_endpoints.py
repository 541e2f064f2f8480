"""`offline: true`: metrics and logs are sent to private networks."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import on_aws
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn")
_SHOWN = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7"
_PRIVATE_4 = tuple(IPv4Network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_PRIVATE_6 = IPv6Network("fc00::/7")


def public_endpoints(stack: Stack) -> Iterator[Diagnostic]:
    """A name does not say whether its host is on the site, so its networks are required."""
    written, otlp = stack.telemetry.remote_write, stack.logs.otlp if stack.logs else None
    if written:
        yield from _endpoint(stack, ("telemetry", "remoteWrite"), written.url, written.networks)
    if otlp:
        yield from _endpoint(stack, ("logs", "otlp"), otlp.url, otlp.networks)


def _endpoint(stack: Stack, keys: Keys, url: str, networks: Iterable[str]) -> Iterator[Diagnostic]:
    host = urlsplit(url).hostname or ""
    if host.endswith(AWS_HOSTS) and not on_aws(stack):
        message = f"{host} is on the internet; expected a host on the site with offline: true"
        yield Diagnostic((*keys, "url"), message)
        return
    if not networks:
        message = f"required key is missing with offline: true; private CIDR ranges of {host}"
        yield Diagnostic((*keys, "networks"), message)
    for it in sorted(networks):
        if not _is_private(it):
            message = f"{it} is not private; expected ranges within {_SHOWN} with offline: true"
            yield Diagnostic((*keys, "networks"), message)


def _is_private(given: str) -> bool:
    network = ip_network(given)
    if isinstance(network, IPv4Network):
        return any(network.subnet_of(it) for it in _PRIVATE_4)
    return network.subnet_of(_PRIVATE_6)
