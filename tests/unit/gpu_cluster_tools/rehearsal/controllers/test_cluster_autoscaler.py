from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.controllers.cluster_autoscaler import add_servers
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Objects, thing

Object = dict[str, Any]

GPU = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
LONG_AGO = "2026-01-01T00:00:00Z"


class Account:
    """Stores node groups, and records the size requested for each."""

    def __init__(self, *groups: Object, refusal: ApiError | None = None) -> None:
        self.groups = {group["nodegroupName"]: group for group in groups}
        self.refusal = refusal
        self.asked: dict[str, int] = {}

    def call(self, _service: str, operation: str, **given: Any) -> Object:
        match operation:
            case "ListClusters":
                return {"clusters": ["prod"]}
            case "ListNodegroups":
                return {"nodegroups": list(self.groups)}
            case "DescribeNodegroup":
                return {"nodegroup": self.groups[given["nodegroupName"]]}
            case "UpdateNodegroupConfig":
                if self.refusal:
                    raise self.refusal
                self.asked[given["nodegroupName"]] = given["scalingConfig"]["desiredSize"]
                return {}
            case _:
                raise LookupError(operation)


def group(name: str = "l4", *, size: int = 1, most: int = 3, status: str = "ACTIVE") -> Object:
    return {
        "nodegroupName": name,
        "clusterName": "prod",
        "status": status,
        "instanceTypes": ["g6.4xlarge"],
        "labels": {"gpu-cluster/pool": name},
        "taints": [GPU],
        "scalingConfig": {"minSize": 0, "maxSize": most, "desiredSize": size},
    }


def waiting(pool: str = "l4", *, gpus: int = 1, since: str = LONG_AGO) -> Object:
    unplaced = {"type": "PodScheduled", "status": "False", "lastTransitionTime": since}
    spec = {
        "nodeSelector": {"gpu-cluster/pool": pool},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [{"resources": {"requests": {"nvidia.com/gpu": str(gpus)}}}],
    }
    return thing("detect", spec=spec, status={"conditions": [unplaced]})


def node(pool: str, name: str) -> Object:
    labels = {"gpu-cluster/pool": pool, "eks.amazonaws.com/nodegroup": pool}
    offered = {"nvidia.com/gpu": "1", "pods": "110"}
    return {"metadata": {"name": name, "labels": labels}, "spec": {}, "status": {"allocatable": offered}}


def busy(name: str) -> Object:
    return thing("chat", spec={"nodeName": name, "containers": []}, status={"phase": "Running"})


def asked(
    account: Account, pods: list[Object], nodes: list[Object], *, scaler: bool = True
) -> dict[str, int]:
    deployments = [thing("cluster-autoscaler")] if scaler else []
    add_servers(Objects(pods=pods, nodes=nodes, deployments=deployments), account)  # pyright: ignore[reportArgumentType]
    return account.asked


def test_full_group_grows_by_one() -> None:
    assert asked(Account(group()), [waiting(), busy("a")], [node("l4", "a")]) == {"l4": 2}


def test_empty_group_is_judged_by_its_instance_type() -> None:
    empty = group(size=0)
    assert asked(Account(empty), [waiting()], []) == {"l4": 1}
    assert asked(Account(empty), [waiting(gpus=2)], []) == {}


@pytest.mark.parametrize(
    ("account", "pods"),
    [
        pytest.param(Account(group(size=3)), [waiting(), busy("a")], id="that is as large as it may be"),
        pytest.param(Account(group(status="UPDATING")), [waiting(), busy("a")], id="that is being changed"),
        pytest.param(Account(group()), [waiting()], id="with a server that is idle"),
        pytest.param(Account(group()), [waiting("h100"), busy("a")], id="that the pod may not use"),
        pytest.param(Account(group()), [waiting(since="2999-01-01T00:00:00Z"), busy("a")], id="too early"),
        pytest.param(Account(group()), [busy("a")], id="nobody waits for"),
    ],
)
def test_group_does_not_grow(account: Account, pods: list[Object]) -> None:
    assert asked(account, pods, [node("l4", "a")]) == {}


def test_cluster_without_autoscaler_never_grows() -> None:
    assert asked(Account(group()), [waiting(), busy("a")], [node("l4", "a")], scaler=False) == {}


def test_conflict_with_a_running_update_is_retried_later() -> None:
    refused = ApiError("ResourceInUseException", "Nodegroup cannot be updated")
    assert asked(Account(group(), refusal=refused), [waiting(), busy("a")], [node("l4", "a")]) == {}

    broken = Account(group(), refusal=ApiError("ServerException", "broken"))
    with pytest.raises(ApiError):
        asked(broken, [waiting(), busy("a")], [node("l4", "a")])
