"""User data that rule 107 cannot judge, and stacks that configure kubelets in their file."""

from pathlib import Path

import pytest

from gpu_cluster.plan import plan_of
from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.evaluate import evaluate_plan
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE

RULE = "107-kubelet-settings"
STATIC = "without static pods, which rules do not see"


def _not_judged(text: str) -> list[str]:
    template = Resource(LAUNCH_TEMPLATE, {"userData": text}, "nodes")
    report = pack_of("prod-elsewhere").check([template])
    assert [it for it in report.findings if it.rule.id == RULE] == []
    return [it.why for it in report.not_judged if it.rule == RULE]


@pytest.mark.parametrize(
    ("text", "sets", "expected"),
    [
        (
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"
            "spec: {kubelet: {config: {staticPodPath: /etc/kubernetes/manifests}}}",
            "kubelet.config.staticPodPath",
            STATIC,
        ),
        (
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"
            "spec: {kubelet: {flags: [--config=/root/kubelet.json]}}",
            "--config=/root/kubelet.json",
            "without another configuration file of the kubelet",
        ),
        (
            "[settings.kubernetes.static-pods.agent]\nenabled = true\nmanifest = 'YXBp'\n",
            "settings.kubernetes.static-pods",
            STATIC,
        ),
        (
            "#!/bin/bash\nsed -i s/a/b/ /etc/kubernetes/kubelet/config.json\n",
            "the kubelet in a script (/etc/kubernetes/)",
            "fields of gpu-cluster:pools.<name>.kubelet",
        ),
    ],
)
def test_unreadable_user_data_is_not_judged(text: str, sets: str, expected: str) -> None:
    assert _not_judged(text) == [f"userData is text that sets {sets}, should be {expected}"]


@pytest.mark.parametrize(
    "given",
    [
        "kubelet: {authentication: {anonymous: {enabled: true}}}",
        "userData: {nodeConfig: {kubelet: {config: {authentication: {anonymous: {enabled: true}}}}}}",
        "userData: {nodeConfig: {kubelet: {flags: [--anonymous-auth=true]}}}",
        "provisioner: karpenter, kubelet: {authentication: {anonymous: {enabled: true}}}",
    ],
)
def test_kubelet_settings_of_a_pool_are_judged_in_its_user_data(tmp_path: Path, given: str) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gpu-cluster\nruntime: python\n")
    (tmp_path / "stacks/Pulumi.site.yaml").write_text(
        "config:\n"
        "  aws:region: us-east-2\n"
        "  gpu-cluster:cluster:\n"
        "    provider: eks\n"
        '    account: "123456789012"\n'
        '    version: "1.35"\n'
        '    access: {me: {principal: "arn:aws:iam::123456789012:role/me", policy: cluster-admin}}\n'
        "  gpu-cluster:network: {zones: [us-east-2a, us-east-2b]}\n"
        "  gpu-cluster:pools:\n"
        "    system: {instance: m7i.xlarge, nodes: 2}\n"
        f"    open: {{instance: g6.4xlarge, nodes: {{min: 0, max: 1}}, {given}}}\n"
    )

    judged = evaluate_plan(plan_of(tmp_path, "site"), tmp_path)

    [found] = [it for it in judged.findings if it.finding.rule.id == RULE]
    assert found.stops
    assert "anonymous" in found.finding.actual
    assert found.place.key.startswith("gpu-cluster:pools")
