"""Extreme values in manifests: numbers of thousands of digits, deep nesting, invalid dates."""

import base64
import json
from typing import Any

import pytest

from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_policies.reports import FORMATS, Evaluation

LONG, DEEP = "9" * 5000, "[" * 20_000
HEXADECIMAL = f"0x{'f' * 5000}"
BOUNDARY = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n--//\n'
NODE_CONFIG = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: "


def judged(*objects: dict[str, Any]) -> Evaluation:
    text = "\n".join(json.dumps(each) for each in objects)
    return written(text.replace('"HEXADECIMAL"', HEXADECIMAL))


def written(text: str, name: str = "a.yaml") -> Evaluation:
    """Evaluation of a file, rendered once in every report format."""
    found = evaluate_manifests({name: text.encode()}, None)
    for report in FORMATS.values():
        assert report(found)
    return found


def test_file_name_with_invalid_utf_8_is_percent_encoded_in_sarif() -> None:
    found = written(json.dumps(server()), "\udcff.yaml")
    assert '"uri": "%FF.yaml"' in FORMATS["sarif"](found)


def server(replicas: Any = 2, gpus: Any = 1, option: str = "--port=8000") -> dict[str, Any]:
    container = {
        "name": "vllm",
        "image": "docker.io/vllm/vllm-openai:v0.11.0",
        "args": ["serve", "org/model", "--lora-modules", option],
        "resources": {"limits": {"nvidia.com/gpu": gpus}},
    }
    labels = {"app": "chat"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "chat"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def budget(available: Any) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "chat"},
        "spec": {"selector": {"matchLabels": {"app": "chat"}}, "minAvailable": available},
    }


@pytest.mark.parametrize("replicas", ["HEXADECIMAL", 10**400, 10**4000, -(10**4000)])
def test_number_beyond_64_bits_is_evaluated(replicas: Any) -> None:
    judged(server(replicas))


def test_hexadecimal_number_beyond_64_bits_is_evaluated() -> None:
    written(
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{replicas: {HEXADECIMAL}}}"
    )


@pytest.mark.parametrize("option", [DEEP, f"a={DEEP}", LONG])
def test_server_option_with_deep_nesting_is_evaluated(option: str) -> None:
    judged(server(option=option))


@pytest.mark.parametrize("available", [LONG, f"{LONG}%", f"{'9' * 400}%"])
def test_disruption_budget_with_a_long_number_is_evaluated(available: str) -> None:
    judged(server(gpus=available), budget(available))


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("AL2023", f"{NODE_CONFIG}{{maxPods: 2026-13-45}}"),
        ("AL2023", f"{NODE_CONFIG}{{maxPods: {LONG}}}"),
        ("AL2023", NODE_CONFIG + DEEP),
        ("AL2023", f"{BOUNDARY}Content-Type: application/node.eks.aws\n\n{NODE_CONFIG}{DEEP}\n--//--"),
        ("Bottlerocket", f"[settings]\na = {DEEP}"),
        ("Bottlerocket", f"[settings]\na = {LONG}"),
        ("Bottlerocket", base64.b64encode(b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 9).decode()),
    ],
)
def test_unreadable_user_data_is_reported(family: str, text: str) -> None:
    found = judged(
        {
            "apiVersion": "karpenter.k8s.aws/v1",
            "kind": "EC2NodeClass",
            "metadata": {"name": "gpu"},
            "spec": {"amiFamily": family, "userData": text},
        }
    )
    assert any(each.finding.path == "spec.userData" for each in found.findings)


@pytest.mark.parametrize("value", [DEEP, LONG])
def test_unreadable_containerd_settings_are_reported(value: str) -> None:
    spec = json.dumps({"containerd": {"config": f"a = {value}"}})
    found = judged(
        {
            "apiVersion": "karpenter.k8s.aws/v1",
            "kind": "EC2NodeClass",
            "metadata": {"name": "gpu"},
            "spec": {"amiFamily": "AL2023", "userData": NODE_CONFIG + spec},
        }
    )
    assert any("containerd.config" in each.finding.path for each in found.findings)
