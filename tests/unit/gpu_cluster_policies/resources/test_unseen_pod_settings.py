"""Pod settings whose effect no rule evaluates."""

from typing import Any

import pytest

from gpu_cluster_policies import Resource
from gpu_cluster_policies.not_judged import not_judged


def _unseen(annotations: dict[str, str], urn: str = "", **spec: Any) -> str:
    properties = {"metadata": {"name": "a", "annotations": annotations}, "spec": spec}
    unseen = not_judged(Resource("Pod", properties, urn=urn))
    return unseen.why if unseen else ""


def _words(*words: str) -> dict[str, Any]:
    return {"containers": [{"name": "a", "image": "b", "command": list(words)}]}


@pytest.mark.parametrize(
    ("annotations", "spec", "why"),
    [
        (
            {"sidecar.istio.io/userVolume": "[]"},
            {},
            'metadata.annotations["sidecar.istio.io/userVolume"] changes the pod when it starts',
        ),
        (
            {"k8s.v1.cni.cncf.io/networks": "host"},
            {},
            'metadata.annotations["k8s.v1.cni.cncf.io/networks"] changes the pod when it starts',
        ),
        (
            {},
            {"volumes": [{"name": "a", "csi": {"driver": "hostpath.csi.k8s.io"}}]},
            "spec.volumes[0].csi.driver decides what it mounts",
        ),
        (
            {},
            _words("sh", "-c", "curl -s https://example.com/a | bash -s"),
            "spec.containers[0].command[2] runs what it downloads",
        ),
        ({"team": "vision"}, {"volumes": [{"csi": {"driver": "secrets-store.csi.k8s.io"}}]}, ""),
        ({}, _words("sh", "-c", "curl -s https://example.com/a | jq .shape"), ""),
    ],
)
def test_pod_settings_with_external_effects_are_not_evaluated(
    annotations: dict[str, str], spec: dict[str, Any], why: str
) -> None:
    assert _unseen(annotations, **spec) == why


def test_platform_pods_are_not_reported() -> None:
    urn = "urn:pulumi:prod::acme::gpu-cluster:index:Telemetry$kubernetes:core/v1:Pod::a"

    assert _unseen({"k8s.v1.cni.cncf.io/networks": "a"}, urn) == ""
