"""The platform's own objects are exempt exactly as rendered, and no others."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.component_exemptions import EXEMPTIONS
from gpu_cluster.plan import Plan, plan_of, planned
from gpu_cluster.stack import load
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.evaluate import evaluate_manifests, evaluate_plan
from gpu_cluster_policies.reports import FORMATS
from gpu_cluster_policies.reports.summary import summary_of
from tests.policies.paths import is_object

PROJECT = Path(__file__).parents[2]
PLUGIN = "DaemonSet gpu-system/nvidia-device-plugin-l4"
SHARED = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/config}
  gpu-cluster:pools:
    mps:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 8}
      nodes: 1
      labels: {pool: mps}
      sharing: {mps: 4}
    mig:
      machine: {cpus: 64, memory: 512Gi, gpu: A100-80GB, gpus: 8}
      nodes: 1
      labels: {pool: mig}
      sharing: {mig: {1g.10gb: 7}}
"""


@cache
def _plan(stack: str) -> Plan:
    return plan_of(PROJECT, stack)


def _objects(stack: str) -> list[dict[str, Any]]:
    return [copy.deepcopy(it.inputs) for it in _plan(stack).graph.resources if is_object(it)]


def _plugin(objects: list[dict[str, Any]]) -> dict[str, Any]:
    [found] = [it for it in objects if it["metadata"]["name"] == "nvidia-device-plugin-l4"]
    return found


def _found(objects: list[dict[str, Any]], stack: str = "local") -> set[tuple[str, str]]:
    text = "\n---\n".join(map(json.dumps, objects))
    judged = evaluate_manifests({"objects.yaml": text.encode()}, stack)
    return {(it.finding.rule.id, it.finding.resource) for it in judged.findings}


def _edited(tmp_path: Path, stack: str, before: str, after: str) -> Plan:
    text = (PROJECT / "stacks" / f"Pulumi.{stack}.yaml").read_text()
    assert before in text
    file = tmp_path / f"Pulumi.{stack}.yaml"
    file.write_text(text.replace(before, after, 1))
    return planned(load(file), stack)


def test_every_exemption_names_a_rule() -> None:
    rules = pack_of("local").rules

    assert {it.rule for each in EXEMPTIONS.values() for it in each} <= set(rules)


def test_rendered_platform_objects_are_exempt_in_manifests() -> None:
    assert _found(_objects("local")) == set()
    assert _found(_objects("local"), stack="onprem") != set(), "of another stack nothing is rendered"


def test_gateway_proxy_is_evaluated_with_an_exempt_image() -> None:
    plan = planned(load(PROJECT / "tests/stacks/happy/eks-gateway.yaml"), "eks-gateway")
    report = evaluate_plan(plan, PROJECT).report
    proxy = "EnvoyProxy gateway-system/models"

    exempt = [it.finding.rule.id for it in report.exempt if it.finding.resource == proxy]
    assert exempt == ["60-digest-pinned"]
    assert [it.rule.id for it in report.findings if it.resource == proxy] == []
    assert [it for it in report.not_judged if it.resource == proxy] == []


def test_endpoint_picker_is_evaluated_except_for_its_model_source() -> None:
    plan = planned(load(PROJECT / "tests/stacks/happy/existing-prefix-cache.yaml"), "site")
    report = evaluate_plan(plan, PROJECT).report
    for name in ("chat-picker", "chat-picker-standby"):
        picker = f"Deployment serving/{name}"
        exempt = [it.finding.rule.id for it in report.exempt if it.finding.resource == picker]
        assert exempt == ["82-model-sources"]
        # The registry of its publisher is not in the list of this project.
        assert [it.rule.id for it in report.findings if it.resource == picker] == ["61-allowed-registry"]
    assert [it for it in report.not_judged if "serving/chat" in it.resource] == []


def _host_network(pod: dict[str, Any]) -> None:
    pod["spec"]["hostNetwork"] = True


def _value_of_default(pod: dict[str, Any]) -> None:
    pod["spec"]["hostPID"] = False


def _second_container(pod: dict[str, Any]) -> None:
    pod["spec"]["containers"].append({"name": "more", "image": "nvcr.io/nvidia/more@sha256:" + "0" * 64})


def _command(pod: dict[str, Any]) -> None:
    pod["spec"]["containers"][0]["command"] = ["sh", "-c", "id"]


def _image(pod: dict[str, Any]) -> None:
    pod["spec"]["containers"][0]["image"] = "nvcr.io/nvidia/other:1"


def _host_path(pod: dict[str, Any]) -> None:
    pod["spec"]["volumes"][1]["hostPath"]["path"] = "/"


def _annotation(pod: dict[str, Any]) -> None:
    pod["metadata"]["annotations"]["example.com/mine"] = "yes"


@pytest.mark.parametrize(
    "change",
    [_host_network, _value_of_default, _second_container, _command, _image, _host_path, _annotation],
)
def test_changed_platform_object_loses_its_exemption(change: Callable[[dict[str, Any]], None]) -> None:
    objects = _objects("local")
    change(_plugin(objects)["spec"]["template"])

    assert {"50-no-host-access", "53-non-root"} <= {rule for rule, what in _found(objects) if what == PLUGIN}


def test_copy_with_another_name_is_not_exempt() -> None:
    objects = _objects("local")
    other = copy.deepcopy(_plugin(objects))
    other["metadata"]["name"] = "nvidia-device-plugin-mine"

    found = _found([*objects, other])

    assert ("50-no-host-access", "DaemonSet gpu-system/nvidia-device-plugin-mine") in found
    assert ("50-no-host-access", PLUGIN) not in found


def test_label_added_by_the_engine_keeps_the_exemption() -> None:
    objects = _objects("local")
    for each in objects:
        each["metadata"].setdefault("labels", {})["app.kubernetes.io/managed-by"] = "pulumi"

    assert _found(objects) == set()


def test_namespace_with_other_labels_is_not_exempt() -> None:
    objects = _objects("local")
    [namespace] = [
        it for it in objects if it["kind"] == "Namespace" and it["metadata"]["name"] == "gpu-system"
    ]
    namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce-version"] = "v1.0"

    assert ("63-own-namespace", "Namespace gpu-system") in _found(objects)


def test_shared_and_partitioned_gpus_need_no_waiver(tmp_path: Path) -> None:
    """The MPS daemon is privileged and uses the host's process namespace; MIG monitoring needs SYS_ADMIN."""
    file = tmp_path / "Pulumi.site.yaml"
    file.write_text(SHARED)

    assert evaluate_plan(planned(load(file), "site"), PROJECT).findings == ()


def test_one_cluster_admin_is_exempt_and_two_are_not(tmp_path: Path) -> None:
    before = 'platform: {principal: "arn:aws:iam::111122223333:role/platform", policy: cluster-admin}'
    second = 'mine: {principal: "arn:aws:iam::111122223333:role/mine", policy: cluster-admin}'
    plan = _edited(tmp_path, "dev", before, f"{before}\n      {second}")

    def admins(plan: Plan) -> list[str]:
        found = evaluate_plan(plan, PROJECT).findings
        return [it.finding.resource.split()[1] for it in found if it.finding.rule.number == 68]

    assert admins(_plan("dev")) == []
    assert admins(plan) == ["platform-cluster-access-mine-policy", "platform-cluster-access-platform-policy"]


def test_storage_class_of_the_stack_file_is_not_exempt(tmp_path: Path) -> None:
    """Applies also to a class with the name of the one that the platform would add."""
    plan = _edited(
        tmp_path,
        "edge",
        "gpu-cluster:storage:\n",
        "gpu-cluster:storage:\n    my-scratch: {kind: local-path, reclaim: delete}\n",
    )

    found = [
        it.finding.resource for it in evaluate_plan(plan, PROJECT).findings if it.finding.rule.number == 43
    ]

    assert found == ["StorageClass my-scratch"]


@pytest.mark.parametrize("name", ["json", "sarif", "markdown"])
def test_report_lists_exemptions_with_their_reason(name: str) -> None:
    judged = evaluate_plan(_plan("local"), PROJECT)

    assert judged.stopping == 0
    assert len(judged.exempt) == len(judged.report.exempt) > 10
    assert f"{len(judged.exempt)} are exempt" in summary_of(judged)
    assert "registers through a socket" in FORMATS[name](judged)
