"""Resources that a rehearsal must not delete: a replacement takes data, keys or running work from them."""

from gpu_cluster.catalog import STATEFUL
from gpu_cluster_tools.rehearsal.engine.event_log import Operation

_LOSES = ("delete", "delete-replaced", "replace", "create-replacement", "discard-replaced")


def removes_stateful(operation: Operation) -> bool:
    """True if the operation removes a stateful resource."""
    return operation.kind in _LOSES and operation.type in STATEFUL
