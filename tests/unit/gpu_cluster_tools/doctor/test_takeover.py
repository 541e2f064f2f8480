"""Objects of the stack that a cluster has already, as doctor sees them without the stack's state."""

from typing import Any

import pytest

from gpu_cluster_tools.doctor.check import Check, CheckStatus
from gpu_cluster_tools.doctor.takeover import takeover
from tests.pains.platforms import platform
from tests.unit.gpu_cluster_tools.doctor.answers import Answers

CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


class Cluster(Answers):
    def __init__(self, *classes: dict[str, Any]) -> None:
        super().__init__()
        self.classes: list[dict[str, Any]] | None = list(classes)

    def get(self, path: str) -> dict[str, Any] | None:
        if path != "/apis/storage.k8s.io/v1":
            return None
        return {"resources": [{"name": "storageclasses", "kind": "StorageClass", "namespaced": False}]}

    def metadata(self, path: str) -> list[dict[str, Any]] | None:
        return self.classes


def looked(*classes: dict[str, Any]) -> Check:
    return takeover(platform("edge"), Cluster(*classes))


def named(name: str, manager: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "managedFields": [{"manager": manager}]}}


def test_objects_of_other_tools_block_a_deployment() -> None:
    found = looked(named("disk", "kubectl-create"), named("disk-scratch", "pulumi-kubernetes-1a2b3c4d"))
    assert found.verdict is CheckStatus.FAIL
    assert found.found == "an update would take over StorageClass disk (managed by kubectl-create)"


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ([], "none of the stack"),
        ([named("others", "kubectl")], "none of the stack"),
        (
            [named("disk", "pulumi-kubernetes-1a2b3c4d")],
            "Pulumi created 1, perhaps as this stack: `up` compares its state",
        ),
    ],
)
def test_absent_or_pulumi_objects_do_not_block_a_deployment(
    classes: list[dict[str, Any]], words: str
) -> None:
    found = looked(*classes)
    assert (found.verdict, found.found) == (CheckStatus.OK, words)


def test_kinds_that_cannot_be_listed_are_skipped() -> None:
    api = Cluster()
    api.classes = None
    found = takeover(platform("edge"), api)
    assert (found.verdict, found.found) == (CheckStatus.SKIP, "not authorized to list StorageClass")
