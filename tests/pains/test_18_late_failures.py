"""Errors that AWS or a disk would report after half an hour are errors of the stack file."""

import base64
from datetime import date
from importlib import import_module
from typing import Any

import pytest

from gpu_cluster.capacity import eks_hardware_of
from gpu_cluster.catalog import INSTANCES
from gpu_cluster.config.pools import PoolSettings
from gpu_cluster.plan import Graph
from gpu_cluster.stack.notes import notes_of
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.plan_adapter import resources_of
from gpu_cluster_tools.doctor import CheckStatus
from gpu_cluster_tools.doctor.addons import addons
from gpu_cluster_tools.doctor.aws import Aws
from gpu_cluster_tools.doctor.quotas import quotas
from tests.pains.platforms import platform, refusal, stack, template

_NO_SETTINGS: dict[str, Any] = {}

IMAGE_BYTES = 28_600_000_000
"""Size of vLLM on a disk (vllm-project/vllm, pull request 22377, 2025-12-10)."""


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        ({"serving.models.code.cache.size": "10Gi"}, "too small for the weights"),
        (
            {"serving.models.chat.store": None, "serving.models.chat.cache": {"size": "40Gi"}},
            "meta-llama/Llama-3.1-8B-Instruct is gated: set hubToken or store",
        ),
        ({"serving.models.chat.replicas": {"min": 3, "max": 40}}, "16 is too few"),
        ({"serving.models.large.replicas": {"min": 2, "max": 4}}, "4 replicas fill pool h100"),
        (
            {"serving.models.code.loadMinutes": 5},
            "5 minutes are too few: Qwen/Qwen2.5-32B-Instruct loads in about",
        ),
        ({"serving.models.chat.model": "meta-llama/Llama-3.1-70B-Instruct"}, "of GPU memory"),
        ({"pools.l4.instance": "p6-b300.48xlarge"}, "is not offered in us-east-2"),
        ({"pools.l4.disk": {"size": "10Gi"}}, "EKS images require at least 20Gi"),
        ({"pools.l4.nodes": {"min": 3, "max": 5000}}, "nodes"),
        ({"network.cidr": "10.40.0.0/22", "network.podCidr": None}, "network.cidr"),
        ({"pools.l4.labels": {"node-role.kubernetes.io/gpu": "true"}}, "keep nodes of a managed node group"),
        (
            {"pools.l4.taints": dict.fromkeys((f"team-{n}" for n in range(50)), _NO_SETTINGS)},
            "has 51 taints, EKS takes 50",
        ),
        ({"cluster.endpoint": {"private": [f"172.16.{n}.0/24" for n in range(60)]}}, "EC2 takes 60"),
        ({f"storage.weights-{n}": {"kind": "s3"} for n in range(20)}, "IAM takes 10240"),
    ],
)
def test_stack_that_could_not_start_is_refused(edits: dict[str, Any], problem: str) -> None:
    assert problem in refusal("prod", edits)


@pytest.mark.parametrize("instance", [it.name for it in INSTANCES.values() if it.gpus])
def test_node_has_disk_for_two_model_server_images(instance: str) -> None:
    settings = PoolSettings.model_validate({"instance": instance, "nodes": 1})
    assert eks_hardware_of(settings).allocatable.ephemeral_bytes > 2 * IMAGE_BYTES


@pytest.mark.parametrize(
    ("ami", "pods"),
    [({}, 234), ({"ami": {"family": "bottlerocket", "release": "1.63.0-0a1b2c3d"}}, 110)],
)
def test_allocatable_matches_the_kubelet_reserve(ami: dict[str, Any], pods: int) -> None:
    """A g6.4xlarge has 8 interfaces with 30 addresses, and EKS allows 110 pods on it.

    nodeadm reserves 11 MiB for each pod of the interfaces plus 255 MiB, and evicts at 100 MiB
    (awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, 2026-02-13); tests/toolchain/test_nodeadm.py
    checks every type.
    """
    hardware = eks_hardware_of(PoolSettings.model_validate({"instance": "g6.4xlarge", "nodes": 1, **ami}))
    assert hardware.allocatable.pods == 110
    kept = hardware.capacity.memory_bytes - hardware.allocatable.memory_bytes
    assert kept == (11 * pods + 255 + 100) * 1024**2


def test_nodes_install_the_lustre_client() -> None:
    text = base64.b64decode(template(platform("prod"), "h100")["userData"]).decode()
    assert "dnf install -y lustre-client" in text


def test_kubernetes_version_after_its_support_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = import_module("gpu_cluster.stack.checks.versions")  # the package has a function with this name
    monkeypatch.setattr(checks, "today", lambda: date(2026, 11, 27))
    ended = {"cluster.version": "1.31", "cluster.support": "extended"}
    assert "EKS supports Kubernetes 1.31 until 2026-11-26" in refusal("dev", ended)


def test_spot_pool_has_a_note_about_the_required_role() -> None:
    [note] = notes_of(stack("prod", {"pools.system.capacity": "spot"}))
    assert "pool system on spot: the account needs the role AWSServiceRoleForEC2Spot first" in note


def test_addon_build_that_eks_does_not_offer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    account = Aws("us-east-2")

    def offered(*_: str, **__: Any) -> list[Any]:
        return [{"addonVersions": [{"addonVersion": "v0.1.0-eksbuild.1"}]}]

    monkeypatch.setattr(account, "all_of", offered)
    checks = list(addons(stack("prod", {}), account))
    assert {check.verdict for check in checks} == {CheckStatus.FAIL}
    assert "EKS offers no v2.5.0-eksbuild.1 for Kubernetes 1.35" in {check.found for check in checks}


def test_ebs_driver_may_attach_volumes_to_karpenter_nodes() -> None:
    graph = platform("dev")
    cluster = graph.only("eks:cluster:Cluster")
    for node_class in graph.of("EC2NodeClass"):
        assert node_class["spec.tags"]["ebs.csi.aws.com/cluster-name"] == cluster["name"]


def test_required_quota_is_reported_without_an_account() -> None:
    [gpus] = [check for check in quotas(stack("prod", {}), "prod", None) if "G and VT" in check.name]
    assert gpus.verdict is CheckStatus.WARN
    assert "448 vCPUs" in gpus.found


def test_quota_within_the_default_passes() -> None:
    [addresses] = [check for check in quotas(stack("prod", {}), "prod", None) if "Elastic IPs" in check.name]
    assert addresses.verdict is CheckStatus.OK


def test_cluster_key_allows_the_grant_of_eks(graph: Graph, name: str) -> None:
    """Amazon EKS user guide, enable-kms: the cluster's creator grants the use of the key, which no condition
    may prevent."""
    findings = pack_of(name).check(resources_of(graph)).findings
    assert [str(it) for it in findings if it.rule.name == "cluster-key-grants"] == []


def test_team_pods_reach_services_with_vpc_endpoints() -> None:
    """Their usual names resolve to private addresses, which egress to the internet excludes."""
    findings = pack_of("prod").check(resources_of(platform("prod"))).findings
    assert [str(it) for it in findings if it.rule.name == "aws-endpoints-reached"] == []


def test_spot_instances_may_use_the_volume_key(graph: Graph) -> None:
    [key] = [it for it in graph.of("kms:key:Key") if it.name == "platform-keys-volumes"]
    assert "role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot" in key["policy"]


def test_karpenter_charts_need_no_login() -> None:
    """Helm has no ECR credentials where an update runs."""
    charts = platform("dev").of("Chart")
    assert [it["chart"] for it in charts] == [
        "oci://public.ecr.aws/karpenter/karpenter-crd",
        "oci://public.ecr.aws/karpenter/karpenter",
    ]


def test_bucket_volume_uses_the_bandwidth_of_its_nodes() -> None:
    """Pods do not reach the instance metadata service, so Mountpoint assumes 10 Gbps for every node."""
    volume = platform("staging").get("PersistentVolume", "models-serving")
    assert {"region us-east-2", "maximum-throughput-gbps 100"} <= {*volume["spec.mountOptions"]}


def test_tensor_parallel_replica_loads_each_file_once() -> None:
    large = platform("prod").get("Deployment", "large")["spec.template.spec.containers"][0]["args"]
    assert '--model-loader-extra-config={"distributed":true}' in large


def test_models_that_share_a_gpu_have_a_fixed_kv_cache_size() -> None:
    for model in platform("edge").of("Deployment"):
        if model["metadata.namespace"] == "serving":
            arguments = model["spec.template.spec.containers"][0]["args"]
            assert any(it.startswith("--kv-cache-memory-bytes=") for it in arguments)
