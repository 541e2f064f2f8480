"""Requests and limits of a replica, as Kubernetes quantities."""

from gpu_cluster.capacity import Request

_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


def limits(request: Request) -> dict[str, str]:
    """Memory and GPUs. CPU has no limit: a replica may use idle CPUs of its node."""
    return {"memory": memory(request.memory_bytes), request.resource: str(request.count)}


def requests(request: Request) -> dict[str, str]:
    return {"cpu": cpu(request.cpu_millis), **limits(request)}


def cpu(millis: int) -> str:
    """The spelling that the API server keeps: 4 for 4000, 500m for 500."""
    return f"{millis}m" if millis % 1000 else str(millis // 1000)


def memory(size: int) -> str:
    """The spelling that the API server keeps: 2Gi for 2147483648 bytes."""
    power = 0
    while size and size % 1024 == 0 and power < len(_BINARY) - 1:
        size //= 1024
        power += 1
    return f"{size}{_BINARY[power]}"
