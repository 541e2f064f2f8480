from typing import Any

import pytest

from tests.unit.gpu_cluster.aws.nodes.eks import group_with


def repair(**settings: object) -> Any:
    return group_with(**settings).only("eks:nodeGroup:NodeGroup")["nodeRepairConfig"]


def test_node_repair_is_enabled_by_default_and_can_be_disabled() -> None:
    assert repair(instance="m7i.xlarge") == {"enabled": True}
    assert repair(instance="g6.4xlarge", repair=False) == {"enabled": False}


def test_gpu_repair_overrides_set_all_four_fields() -> None:
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    assert {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID79Error",
        "minRepairWaitTimeMins": 5,
        "repairAction": "Replace",
    } in overrides
    assert all(len(override) == 4 for override in overrides)


def test_resettable_xid_reboots_and_other_fatal_xid_replaces_the_node() -> None:
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    actions = {it["nodeUnhealthyReason"]: it["repairAction"] for it in overrides}
    assert actions["NvidiaXID119Error"] == "Reboot"
    assert actions["NvidiaXID48Error"] == actions["NvidiaXID142Error"] == "Replace"
    assert len(actions) == len(overrides) == 21  # as many as the agent reports as fatal


@pytest.mark.parametrize("xid", [63, 151])
def test_xid_that_the_agent_maps_to_replacement_replaces_the_node(xid: int) -> None:
    """aws/eks-node-monitoring-agent, monitors/nvidia/dcgm/dcgm_policies.go, WellKnownXidCodes, 2026-11-29."""
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    [action] = [it["repairAction"] for it in overrides if it["nodeUnhealthyReason"] == f"NvidiaXID{xid}Error"]
    assert action == "Replace"


def test_application_xid_has_no_repair_override() -> None:
    reasons = {it["nodeUnhealthyReason"] for it in repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]}
    assert not reasons & {f"NvidiaXID{xid}Error" for xid in (8, 13, 31, 43, 45, 68, 94)}
