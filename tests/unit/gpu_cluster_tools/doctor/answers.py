"""An API server with scripted responses."""

from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from tests.pains.platforms import stack

ENFORCED = (
    'Namespace "x" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: must be one of'
    " privileged, baseline, restricted"
)


class Answers(ApiServer):
    """A cluster that has everything that a stack needs, until a test removes something."""

    def __init__(self) -> None:
        self.paths: dict[str, Object | None] = {
            "/version": {"major": "1", "minor": "35+", "gitVersion": "v1.35.4"},
            "/apis/admissionregistration.k8s.io/v1": resources("validatingadmissionpolicies"),
            "/apis/metrics.k8s.io/v1beta1": resources("pods"),
            "/apis/custom.metrics.k8s.io": {"kind": "APIGroup"},
            "/apis/snapshot.storage.k8s.io/v1": resources("volumesnapshots"),
            "/apis/storage.k8s.io/v1/storageclasses": listed(),
            "/apis/storage.k8s.io/v1/csidrivers": listed(named("nfs.csi.k8s.io")),
            "/apis/apps/v1/daemonsets": listed(),
            "/api/v1/nodes": listed(*servers()),
        }
        self.denied: set[str] = set()
        self.namespace_refusal: str | None = ENFORCED

    def get(self, path: str) -> Object | None:
        return self.paths[path]

    def create(self, path: str, body: Object) -> Object:
        asked = body["spec"]["resourceAttributes"]
        return {"status": {"allowed": asked["resource"] not in self.denied}}

    def refusal(self, path: str, body: Object) -> str | None:
        return self.namespace_refusal


def named(name: str, **fields: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "kube-system", **fields.pop("metadata", {})}, **fields}


def listed(*items: Object) -> Object:
    return {"items": list(items)}


def resources(*names: str) -> Object:
    return {"resources": [{"name": name} for name in names]}


def servers(**allocatable: str) -> list[Object]:
    """The nodes of stacks/Pulumi.onprem.yaml, with their resources."""
    ready = [{"type": "Ready", "status": "True"}]
    offers = {key.replace("_", "."): value for key, value in allocatable.items()}
    return [
        named(
            f"{pool.name}-{number}",
            metadata={"labels": dict(pool.selector) | {"nvidia.com/cuda.driver-version.major": "580"}},
            status={"conditions": ready, "allocatable": offers},
        )
        for pool in pools_of(stack("onprem", {})).values()
        for number in range(pool.nodes.min)
    ]


def daemons(name: str, **labels: str) -> Object:
    image = "nvcr.io/nvidia/k8s-device-plugin:v0.17.0"
    return named(
        name, metadata={"labels": labels}, spec={"template": {"spec": {"containers": [{"image": image}]}}}
    )
