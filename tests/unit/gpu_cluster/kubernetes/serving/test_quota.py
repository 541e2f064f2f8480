from typing import Any

from gpu_cluster.capacity import Request
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.serving.quota import quota_of
from gpu_cluster.kubernetes.storage import StorageClassNames
from tests.unit.gpu_cluster.kubernetes.serving.served import serve_all
from tests.unit.gpu_cluster.stacks import model_of

STORAGE = StorageClassNames("disk", frozenset({"shared"}), {"disk": "disk-scratch"})
REQUEST = Request(cpu_millis=1500, memory_bytes=1024**3, resource="nvidia.com/gpu", count=2)


def quota(**model: Any) -> dict[str, str]:
    return quota_of([(ModelSettings.model_validate(model_of(**model)), REQUEST)], STORAGE)


def test_quota_fits_the_maximum_replicas_plus_one() -> None:
    assert quota(replicas={"min": 1, "max": 3}) == {
        "requests.cpu": "6",
        "requests.memory": "4Gi",
        "limits.memory": "4Gi",
        "requests.nvidia.com/gpu": "8",
        "pods": "4",
        "services": "1",
        "persistentvolumeclaims": "4",
        "requests.storage": "160Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_quota_counts_a_shared_cache_once() -> None:
    held = quota(replicas=3, cache={"size": "40Gi", "storageClass": "shared"})
    assert (held["persistentvolumeclaims"], held["requests.storage"]) == ("1", "40Gi")


def test_quota_counts_the_claim_of_a_store_once() -> None:
    model = ModelSettings.model_validate(model_of(store="models", cache=None))
    held = quota_of([(model, REQUEST), (model, REQUEST)], STORAGE)
    assert (held["persistentvolumeclaims"], held["requests.storage"]) == ("1", "1Gi")


def test_quota_sums_models_by_resource() -> None:
    slices = Request(cpu_millis=1000, memory_bytes=1024**3, resource="nvidia.com/mig-1g.10gb", count=1)
    model = ModelSettings.model_validate(model_of(replicas=1))
    held = quota_of([(model, REQUEST), (model, REQUEST), (model, slices)], STORAGE)
    assert held["requests.nvidia.com/gpu"] == "8"
    assert held["requests.nvidia.com/mig-1g.10gb"] == "2"
    assert held["pods"] == "6"


def test_namespace_quota_sums_all_models() -> None:
    graph = serve_all({"a": model_of(replicas=1), "b": model_of(replicas=2)})
    assert graph.only("ResourceQuota")["spec.hard"]["requests.nvidia.com/gpu"] == "5"
