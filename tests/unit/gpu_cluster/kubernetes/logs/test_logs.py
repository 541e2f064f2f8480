from functools import cache
from typing import Any

import pytest
import yaml

from gpu_cluster.config import LogSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.kubernetes.logs import agent_config, collector_config
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import platform_of

FILES: dict[str, Any] = {"files": {}}


@cache
def graph(stack: str) -> Any:
    return platform_of(load(STACKS / f"happy/{stack}.yaml"))[0]


def agent(**settings: Any) -> dict[str, Any]:
    return yaml.safe_load(agent_config(LogSettings.model_validate({**FILES, **settings})))


def collector(**settings: Any) -> dict[str, Any]:
    return yaml.safe_load(collector_config(LogSettings.model_validate(settings or FILES), "eu-central-1"))


def ways(stack: str, namespace: str) -> dict[str, dict[str, Any]]:
    return {
        it["metadata.name"].removeprefix("allow-"): it["spec"]
        for it in graph(stack).of("NetworkPolicy")
        if it["metadata.namespace"] == namespace
    }


def pod(stack: str, kind: str, name: str) -> dict[str, Any]:
    [found] = [it for it in graph(stack).of(kind) if it["metadata.name"] == name]
    return found["spec.template.spec"]


def test_log_agent_reads_all_pods_except_its_own_and_the_collectors() -> None:
    pods = agent()["receivers"]["file_log"]
    assert pods["include"] == ["/host/var/log/pods/*/*/*.log"]
    assert pods["exclude"] == [f"/host/var/log/pods/{it}_*/*/*.log" for it in ("logs", "logs-nodes")]


def test_namespaces_setting_filters_pods_and_events() -> None:
    assert agent(namespaces=["vision", "serving"])["receivers"]["file_log"]["include"] == [
        "/host/var/log/pods/serving_*/*/*.log",
        "/host/var/log/pods/vision_*/*/*.log",
    ]
    [events] = collector(files={}, namespaces=["vision"])["receivers"]["k8s_objects"]["objects"]
    assert events["namespaces"] == ["vision"]


def test_log_agent_without_node_logs_needs_no_capability_or_journal() -> None:
    assert "journald" not in agent(nodes=False)["receivers"]
    spec = pod("logs-on-a-site", "DaemonSet", "log-agent")
    [container] = spec["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    paths = {it["hostPath"]["path"] for it in spec["volumes"] if "hostPath" in it}
    assert paths == {"/var/log/pods", "/var/lib/gpu-cluster-logs"}


def test_log_agent_writes_only_to_its_state_folder() -> None:
    spec = pod("eks-logs", "DaemonSet", "log-agent")
    [container] = spec["containers"]
    assert [it["name"] for it in container["volumeMounts"] if not it.get("readOnly")] == ["state"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["SYS_CHROOT"]}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not spec["automountServiceAccountToken"]


def test_log_agents_reach_only_the_collector_and_dns() -> None:
    assert ways("eks-logs", "logs-nodes").keys() == {"default-deny", "dns", "collector"}
    [rule] = ways("eks-logs", "logs")["agents"]["ingress"]
    assert [it["port"] for it in rule["ports"]] == [4318]


def test_log_collector_reaches_only_its_destinations() -> None:
    allowed = ways("eks-logs", "logs")
    assert allowed.keys() == {"default-deny", "agents", "dns", "role", "otlp", "port-443", "port-6443"}
    [rule] = allowed["otlp"]["egress"]
    assert [it["ipBlock"]["cidr"] for it in rule["to"]] == ["10.1.0.0/16"]
    assert ways("logs-on-a-site", "logs").keys() == {"default-deny", "agents", "dns"}


def test_log_collector_role_reads_only_events() -> None:
    [role] = [
        it for it in graph("eks-logs").of("ClusterRole") if it["metadata.name"] == "gpu-cluster-log-collector"
    ]
    [rule] = role["rules"]
    assert (rule["resources"], rule["verbs"]) == (["events"], ["get", "list", "watch"])
    assert "gpu-cluster-log-collector" not in {
        it["metadata.name"] for it in graph("logs-on-a-site").of("ClusterRole")
    }


def test_log_collector_role_on_aws_creates_no_log_group() -> None:
    [policy] = [
        it["policy"]
        for it in graph("eks-logs").of("RolePolicy")
        if "PutLogEvents" in it["policy"] and "platform-logs" in it["policy"]
    ]
    assert "CreateLogGroup" not in policy
    [group] = [it for it in graph("eks-logs").of("LogGroup") if it["retentionInDays"] == 14]
    assert group["kmsKeyId"]


def test_update_awaits_the_collector_unless_its_secret_is_created_later() -> None:
    for stack, awaited in (("eks-logs", False), ("logs-on-a-site", True)):
        [server] = [it for it in graph(stack).of("StatefulSet") if it["metadata.namespace"] == "logs"]
        assert ("pulumi.com/skipAwait" not in server["metadata.annotations"]) is awaited


def test_collector_reads_the_otlp_header_from_a_secret_and_the_log_group_from_env() -> None:
    [container] = pod("eks-logs", "StatefulSet", "log-collector")["containers"]
    variables = {it["name"]: it for it in container["env"]}
    assert variables["AUTHORIZATION"]["valueFrom"]["secretKeyRef"] == {"name": "loki", "key": "authorization"}
    assert variables["LOG_GROUP"]["value"]
    exporters = collector(otlp={"url": "https://loki.example.com/otlp/", "secret": "loki"})["exporters"]
    assert exporters["otlp_http"]["endpoint"] == "https://loki.example.com/otlp"
    assert exporters["otlp_http"]["headers"] == {"Authorization": "${env:AUTHORIZATION}"}


@pytest.mark.parametrize("size", ["1Gi", "50Gi", "2Ti"])
def test_log_files_use_at_most_four_fifths_of_the_volume(size: str) -> None:
    rotation = collector(files={"size": size, "retentionDays": 7})["exporters"]["file"]["rotation"]
    written = (rotation["max_backups"] + 1) * rotation["max_megabytes"] * 10**6
    assert written <= amount(size) * 4 / 5
    assert rotation["max_days"] == 7


def test_log_record_without_time_gets_the_observed_time() -> None:
    for name in ("transform", "transform/events"):
        statements = collector()["processors"][name]["log_statements"]
        assert any("observed_time" in it for each in statements for it in each["statements"])


def test_log_settings_without_destination_are_rejected() -> None:
    with pytest.raises(ValueError, match="expected at least one of cloudwatch, otlp, files"):
        LogSettings.model_validate({"events": False})
