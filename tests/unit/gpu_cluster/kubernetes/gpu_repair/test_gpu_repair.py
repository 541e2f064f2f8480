import json
import re
from functools import cache
from typing import Any

from gpu_cluster.kubernetes.gpu_repair.drain_faulty import CONDITION, TAINT
from gpu_cluster.kubernetes.gpu_repair.fault_detector import FAULTS, detector_config
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import platform_of

XID_79 = "NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."


@cache
def graph() -> Any:
    return platform_of(load(STACKS / "happy/gpu-repair-on-a-site.yaml"))[0]


def objects(kind: str) -> dict[str, Any]:
    found = [it for it in graph().of(kind) if it["metadata"].get("namespace") in (None, "gpu-repair")]
    return {it["metadata.name"]: it for it in found}


def rules() -> list[dict[str, str]]:
    return json.loads(detector_config())["rules"]


def matched(line: str) -> list[str]:
    """Reasons of the rules whose pattern matches to the end of the line, as the detector requires."""
    return [rule["reason"] for rule in rules() if re.search(rf"{rule['pattern']}\Z", line)]


def test_gpu_repair_is_off_by_default() -> None:
    stack = load(STACKS / "happy/logs-on-a-site.yaml")
    assert stack.gpu.repair is None
    roles = {it["metadata.name"] for it in platform_of(stack)[0].of("ClusterRole")}
    assert not roles & {"gpu-repair", "gpu-fault-detector"}


def test_fault_detector_runs_only_on_pools_with_gpus() -> None:
    names = {name for name in objects("DaemonSet") if name.startswith("gpu-fault-detector")}
    assert names == {"gpu-fault-detector-gpu", "gpu-fault-detector-old"}
    old = objects("DaemonSet")["gpu-fault-detector-old"]["spec.template.spec"]
    assert {it["key"] for it in old["tolerations"]} == {"nvidia.com/gpu", "site/old", TAINT}


def test_detector_rules_match_only_fatal_xid_codes() -> None:
    assert matched(XID_79) == ["NvidiaXid79"]
    assert matched(XID_79.replace("79,", "48,")) == ["NvidiaXid48"]
    for harmless in ("13,", "31,", "63,", "7,", "790,"):
        assert matched(XID_79.replace("79,", harmless)) == []
    assert matched("usb 1-1: 79, disconnected") == []


def test_faults_are_the_xids_that_eks_repairs_except_row_remapping() -> None:
    assert len(FAULTS) == 20
    assert 63 not in FAULTS
    assert {rule["condition"] for rule in rules()} == {CONDITION}


def test_repair_program_has_the_settings_of_the_stack_file() -> None:
    [container] = objects("Deployment")["gpu-repair"]["spec.template.spec"]["containers"]
    selectors, at_once, after, _port = container["args"]
    assert json.loads(selectors.partition("=")[2]) == [
        {"gpu-cluster/pool": "gpu"},
        {"gpu-cluster/pool": "old"},
    ]
    assert (at_once, after) == ("--at-once=2", "--after-seconds=600")
    assert objects("Deployment")["gpu-repair"]["spec.strategy"] == {"type": "Recreate"}


def test_detector_and_repair_have_only_the_required_rbac_rules() -> None:
    found = {name: it["rules"] for name, it in objects("ClusterRole").items() if name.startswith("gpu-")}
    assert {
        name: {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
        for name, rules in found.items()
        if name in ("gpu-fault-detector", "gpu-repair")
    } == {
        "gpu-fault-detector": {
            ("nodes", "get"),
            ("nodes/status", "patch"),
            ("events", "create"),
            ("events", "patch"),
        },
        "gpu-repair": {("nodes", "list"), ("nodes", "patch"), ("pods", "list"), ("pods/eviction", "create")},
    }


def test_admission_limits_detector_and_repair_to_their_node_fields() -> None:
    policies = objects("ValidatingAdmissionPolicy")
    for name, words in {"gpu-fault-detector": CONDITION, "gpu-repair": TAINT}.items():
        assert policies[name]["spec.failurePolicy"] == "Fail"
        assert any(words in it["expression"] for it in policies[name]["spec.validations"])
        binding = objects("ValidatingAdmissionPolicyBinding")[name]
        assert binding["spec.validationActions"] == ["Deny"]
        kind, workload = ("DaemonSet", f"{name}-gpu") if name.endswith("detector") else ("Deployment", name)
        assert graph().waits_for(objects(kind)[workload], binding)


def test_detector_and_repair_reach_only_the_api_server() -> None:
    ways = {it["metadata.name"]: it["spec"] for it in objects("NetworkPolicy").values()}
    assert ways.keys() == {"default-deny", "allow-api-443", "allow-api-6443"}
