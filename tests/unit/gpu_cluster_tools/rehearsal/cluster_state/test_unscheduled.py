from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.cluster_state.unscheduled import is_unscheduled, why_unscheduled

Object = dict[str, Any]

TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def node(
    name: str, *, labels: Object | None = None, taints: list[Object] | None = None, **spec: Any
) -> Object:
    allocatable = {"cpu": "4", "memory": "16Gi", "pods": "110", "nvidia.com/gpu": "1"}
    return {
        "metadata": {"name": name, "labels": {"pool": name.partition("-")[0], **(labels or {})}},
        "spec": {"taints": taints or [], **spec},
        "status": {"allocatable": allocatable},
    }


def pod(
    on: str | None = None, *, init: Object | None = None, requests: Object | None = None, **spec: Any
) -> Object:
    conditions = [
        {"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available: odd. preemption: no"}
    ]
    return {
        "metadata": {"name": "pod"},
        "spec": {
            "containers": [{"resources": {"requests": requests or {"cpu": "500m"}}}],
            "initContainers": [{"resources": {"requests": init}}] if init else [],
            **({"nodeName": on} if on else {}),
            **spec,
        },
        "status": {"phase": "Running", "conditions": [] if on else conditions},
    }


def affinity(*terms: Object) -> Object:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {"nodeAffinity": required}


def test_each_pool_is_listed_with_its_reasons() -> None:
    nodes = {"l4": [node("l4-0", taints=[TAINT])], "cpu": [node("cpu-0"), node("cpu-1")], "new": []}

    lines = why_unscheduled(pod(nodeSelector={"pool": "l4"}), nodes, [])

    assert lines == [
        "pool l4 (1 node): taint nvidia.com/gpu=present:NoSchedule is not tolerated",
        "pool cpu (2 nodes): label pool is cpu, required is l4",
        "pool new: has no nodes",
    ]


@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "nvidia.com/gpu", "value": "present"},
    ],
)
def test_tolerated_taint_is_no_reason(toleration: Object) -> None:
    nodes = {"l4": [node("l4-0", taints=[TAINT, {"key": "soft", "effect": "PreferNoSchedule"}])]}

    assert why_unscheduled(pod(tolerations=[toleration]), nodes, []) == ["the scheduler: odd"]


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute"},
        {"key": "nvidia.com/gpu", "value": "absent"},
        {"key": "example.com/other", "operator": "Exists"},
    ],
)
def test_toleration_of_another_taint_does_not_match(toleration: Object) -> None:
    nodes = {"l4": [node("l4-0", taints=[TAINT])]}

    assert "is not tolerated" in why_unscheduled(pod(tolerations=[toleration]), nodes, [])[0]


def test_resources_of_other_pods_are_not_free() -> None:
    asks = pod(requests={"nvidia.com/gpu": "1", "memory": "12Gi"})
    running = [pod("l4-0", requests={"nvidia.com/gpu": "1", "memory": "6Gi"})]

    assert why_unscheduled(asks, {"l4": [node("l4-0")]}, running) == [
        "pool l4 (1 node): nvidia.com/gpu: requests 1, free 0 of 1; "
        "memory: requests 12.0Gi, free 10.0Gi of 16.0Gi"
    ]


def test_resources_of_a_finished_pod_are_free() -> None:
    finished = pod("l4-0", requests={"nvidia.com/gpu": "1"})
    finished["status"]["phase"] = "Succeeded"

    assert why_unscheduled(pod(requests={"nvidia.com/gpu": "1"}), {"l4": [node("l4-0")]}, [finished]) == [
        "the scheduler: odd"
    ]


def test_larger_request_of_an_init_container_counts() -> None:
    line = why_unscheduled(pod(init={"cpu": "6"}), {"cpu": [node("cpu-0")]}, [])[0]

    assert line == "pool cpu (1 node): cpu: requests 6, free 4 of 4"


def test_only_nodes_with_the_reason_are_counted() -> None:
    nodes = {"cpu": [node("cpu-0"), node("cpu-1", unschedulable=True), node("cpu-2")]}

    line = why_unscheduled(pod(requests={"cpu": "5"}), nodes, [])[0]

    assert line == "pool cpu (2 of 3 nodes): cpu: requests 5, free 4 of 4"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"key": "pool", "operator": "In", "values": ["a", "b"]}, "label pool is cpu, required is In a, b"),
        (
            {"key": "pool", "operator": "NotIn", "values": ["cpu"]},
            "label pool is cpu, required is NotIn cpu",
        ),
        ({"key": "gpu", "operator": "Exists"}, "label gpu is not set, required is Exists"),
        ({"key": "pool", "operator": "DoesNotExist"}, "label pool is cpu, required is DoesNotExist"),
        ({"key": "size", "operator": "Gt", "values": ["5"]}, "label size is 4, required is Gt 5"),
        ({"key": "size", "operator": "Lt", "values": ["4"]}, "label size is 4, required is Lt 4"),
    ],
)
def test_unmet_node_affinity_is_a_reason(expression: Object, words: str) -> None:
    nodes = {"cpu": [node("cpu-0", labels={"size": "4"})]}

    lines = why_unscheduled(pod(affinity=affinity({"matchExpressions": [expression]})), nodes, [])

    assert lines == [f"pool cpu (1 node): {words}"]


def test_one_matching_affinity_term_is_sufficient() -> None:
    met = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["cpu-0"]}]}
    unmet = {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}

    lines = why_unscheduled(pod(affinity=affinity(unmet, met)), {"cpu": [node("cpu-0")]}, [])

    assert lines == ["the scheduler: odd"]


def test_only_a_pod_rejected_by_the_scheduler_is_unscheduled() -> None:
    assert is_unscheduled(pod())
    assert not is_unscheduled(pod("cpu-0"))
    fresh = pod()
    fresh["status"]["conditions"] = []
    assert not is_unscheduled(fresh)
