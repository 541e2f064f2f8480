"""Free ports of this machine."""

import random
import socket
import time
from collections.abc import Iterator, Mapping

_FIRST, _LAST = 20_000, 32_000  # below the range that outgoing connections borrow from
_GRACE_SECONDS = 3


def assign(names: tuple[str, ...], kept: Mapping[str, int]) -> dict[str, int]:
    """Port by name: the previous one, unless another process uses it."""
    deadline = time.monotonic() + _GRACE_SECONDS
    ports = {name: kept[name] for name in names if name in kept and _comes_free(kept[name], deadline)}
    fresh = _fresh(taken=set(ports.values()))
    return {name: ports.get(name) or next(fresh) for name in names}


def _comes_free(port: int, deadline: float) -> bool:
    """True if a port becomes free in time: a killed process holds its port until its last thread exits."""
    while not free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free(port: int) -> bool:
    """True if a server can listen on this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _fresh(taken: set[int]) -> Iterator[int]:
    """Free ports in random order, which avoids conflicts between clusters that start at the same time."""
    for port in random.sample(range(_FIRST, _LAST), k=_LAST - _FIRST):
        if port not in taken and free(port):
            yield port
