from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from httpx2 import HTTPStatusError, Request, Response

from gpu_cluster.capacity import pools_of
from gpu_cluster.kubernetes.serving.replicas import USER as OF_MODELS
from gpu_cluster.kubernetes.teams.identity import CLASS_PREFIX as OF_TEAMS
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.team_isolation import CLASS_PREFIX, USER, escapes

STACK = load(Path(__file__).parents[4] / "stacks" / "Pulumi.prod.yaml")
ENDING = "and access every GPU of its node"


class Cluster:
    def __init__(self, refuses: Callable[[Any], bool]) -> None:
        self._refuses = refuses
        self.paths: set[str] = set()

    def create(self, path: str, body: Any) -> Any:
        self.paths.add(path)
        [container] = body["spec"]["containers"]
        if not self._refuses(container):
            return body
        response = Response(403, json={"message": "not granted"}, request=Request("POST", "https://here"))
        raise HTTPStatusError("Forbidden", request=response.request, response=response)


def told(refuses: Callable[[Any], bool]) -> tuple[list[str], set[str]]:
    cluster = Cluster(refuses)
    return list(escapes(cast(DynamicClient, cluster), STACK, pools_of(STACK))), cluster.paths


def test_no_finding_if_only_pods_beyond_the_quota_are_refused() -> None:
    found, paths = told(lambda container: "env" in container or "envFrom" in container)

    assert found == []
    assert paths == {"/api/v1/namespaces/vision/pods?dryRun=All"}


def test_pod_that_can_choose_its_gpus_is_reported() -> None:
    found, _ = told(lambda container: "envFrom" in container)

    assert found == [f"team vision, pool l4: a pod may set NVIDIA_VISIBLE_DEVICES to all {ENDING}"]


def test_refused_pod_within_its_quota_is_reported() -> None:
    found, _ = told(lambda _: True)

    assert found == ["team vision, pool l4: a pod with one nvidia.com/gpu is refused: not granted"]


def test_user_and_priority_class_match_the_platform() -> None:
    assert (USER, CLASS_PREFIX) == (OF_MODELS, OF_TEAMS)
