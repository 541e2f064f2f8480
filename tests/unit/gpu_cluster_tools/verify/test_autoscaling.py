"""Metrics of autoscalers: served and read, served but not read, not served."""

from collections.abc import Mapping
from typing import Any

import pytest

from gpu_cluster_tools.doctor.api_server import Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import autoscaling as subject
from gpu_cluster_tools.verify.autoscaling import autoscaling
from gpu_cluster_tools.verify.measurement import Measurement
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, pod

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
RANGE = {"serving.models.chat.replicas": {"min": 1, "max": 2}}
METRIC = "/apis/custom.metrics.k8s.io/v1beta1/namespaces/serving/pods/*/vllm%3Anum_requests_waiting"
SCALER = "/apis/autoscaling/v2/namespaces/serving/horizontalpodautoscalers/chat"
VALUES = listed({"value": "3"}, {"value": "500m"})


@pytest.fixture(autouse=True)
def _looks_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_LOOKS_SECONDS", 0.05)
    monkeypatch.setattr(subject, "_POLL_SECONDS", 0.01)


def scaler(**condition: str) -> Object:
    conditions = [{"type": "ScalingActive", **condition}] if condition else []
    return {
        "spec": {"minReplicas": 1, "maxReplicas": 2},
        "status": {"currentReplicas": 2, "conditions": conditions},
    }


ACTIVE = scaler(status="True", reason="ValidMetricFound")


def seen(
    values: Object | None, found: Object | None, node: str = "l4-0", edits: Mapping[str, Any] | None = None
) -> Measurement:
    settings = stack("local", {**RANGE, **(edits or {})})
    pods = listed(pod("chat-a", node))
    cluster = Cluster({METRIC: values, SCALER: found, "/api/v1/namespaces/serving/pods": pods})
    [check] = autoscaling(settings, {"fake-0"}, cluster)
    return check


def test_served_and_read_metric_passes_with_its_value() -> None:
    found = seen(VALUES, ACTIVE)
    assert found.verdict is OK
    assert found.found == "vllm:num_requests_waiting is 3.500 over 2 pods; 2 replicas of 1 to 2"
    assert found.numbers == {"replicas": 2, "least": 1, "most": 2, "waiting": 3.5, "pods": 2}


def test_unread_metric_fails_with_the_autoscalers_message() -> None:
    found = seen(VALUES, scaler(status="False", reason="FailedGetPodsMetric", message="no metrics returned"))
    assert found.verdict is FAIL
    assert found.found.endswith("the autoscaler does not read it: no metrics returned")
    assert seen(VALUES, scaler()).found.endswith("it has no status yet")


def test_autoscaler_status_is_checked_repeatedly() -> None:
    class Late(Cluster):
        """The autoscaler has read the metric at the third request."""

        looks = 0

        def get(self, path: str) -> Object | None:
            if path != SCALER:
                return super().get(path)
            self.looks += 1
            return ACTIVE if self.looks > 2 else scaler(status="False", reason="FailedGetPodsMetric")

    [check] = autoscaling(stack("local", RANGE), (), Late({METRIC: VALUES}))
    assert check.verdict is OK


def test_disabled_scaling_is_a_warning() -> None:
    assert seen(VALUES, scaler(status="False", reason="ScalingDisabled")).verdict is WARN


def test_unserved_metric_fails_only_if_planned() -> None:
    assert seen(None, ACTIVE).verdict is WARN
    assert seen(listed(), ACTIVE, edits={"serving.metricsServed": True}).verdict is FAIL


def test_simulated_pods_have_no_metric() -> None:
    assert seen(None, ACTIVE, node="fake-0").verdict is SKIP


def test_missing_autoscaler_fails() -> None:
    assert seen(VALUES, None).verdict is FAIL


def test_models_with_fixed_replicas_are_not_checked() -> None:
    assert not [*autoscaling(stack("local", {}), (), Cluster())]
