"""Clusters with scripted responses; the real API server: tests/rehearsal, tests/real_node."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.api_server import ApiServer, Object, Upgraded

READY = [{"type": "Ready", "status": "True"}]
UNREADY = [{"type": "Ready", "status": "False"}]


class Cluster(ApiServer):
    """Objects by path; other paths return None, as without the permission to read them."""

    def __init__(self, paths: Mapping[str, Object | None] | None = None) -> None:
        self.paths = {"/version": {"gitVersion": "v1.35.4"}, **(paths or {})}

    def get(self, path: str) -> Object | None:
        return self.paths.get(path.partition("?")[0])

    @contextmanager
    def upgraded(self, path: str, protocol: str, timeout: float) -> Generator[Upgraded]:
        raise AssertionError(f"{path} is asked for")
        yield


def listed(*items: Object) -> Object:
    return {"items": list(items)}


def nodes_of(stack: Stack, *, simulated: bool = False) -> list[Object]:
    """Minimum nodes of each pool, with exactly the planned resources."""
    annotations = {"kwok.x-k8s.io/node": "fake"} if simulated else {}
    return [
        {
            "metadata": {
                "name": f"{pool.name}-{number}",
                "labels": dict(pool.labels),
                "annotations": annotations,
            },
            "spec": {},
            "status": {
                "conditions": READY,
                "allocatable": {
                    **pool.allocatable.quantities(),
                    **{key: str(count) for key, count in pool.extended.items()},
                },
                "nodeInfo": {"kubeletVersion": "v1.35.4-eks-1"},
            },
        }
        for pool in pools_of(stack).values()
        for number in range(pool.nodes.min)
    ]


def pod(name: str, node: str, *, ready: bool = True, namespace: str = "serving", **status: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"nodeName": node, "containers": [{"name": "server"}]},
        "status": {"conditions": READY if ready else UNREADY, **status},
    }
