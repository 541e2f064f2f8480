from typing import Any

import pytest

from tests.unit.gpu_cluster.aws.nodes.eks import group_with


def repair(**settings: object) -> Any:
    return group_with(**settings).only("eks:nodeGroup:NodeGroup")["nodeRepairConfig"]


def test_every_pool_is_repaired() -> None:
    assert repair(instance="m7i.xlarge") == {"enabled": True}
    assert repair(instance="g6.4xlarge", repair=False) == {"enabled": False}


def test_a_fault_of_a_gpu_says_what_is_done_in_all_four_fields() -> None:
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    assert {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID79Error",
        "minRepairWaitTimeMins": 5,
        "repairAction": "Replace",
    } in overrides
    assert all(len(override) == 4 for override in overrides)


def test_what_a_reset_heals_is_rebooted_and_what_nothing_heals_replaced() -> None:
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    actions = {it["nodeUnhealthyReason"]: it["repairAction"] for it in overrides}
    assert actions["NvidiaXID119Error"] == "Reboot"
    assert actions["NvidiaXID48Error"] == actions["NvidiaXID142Error"] == "Replace"
    assert len(actions) == len(overrides) == 21  # as many as the agent reports as fatal


@pytest.mark.parametrize("xid", [63, 151])
def test_a_fault_for_which_the_agent_wants_another_server_replaces(xid: int) -> None:
    """aws/eks-node-monitoring-agent, monitors/nvidia/dcgm/dcgm_policies.go, WellKnownXidCodes, 2026-11-29."""
    overrides = repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]
    [action] = [it["repairAction"] for it in overrides if it["nodeUnhealthyReason"] == f"NvidiaXID{xid}Error"]
    assert action == "Replace"


def test_what_only_ends_a_program_repairs_nothing() -> None:
    reasons = {it["nodeUnhealthyReason"] for it in repair(instance="g6.4xlarge")["nodeRepairConfigOverrides"]}
    assert not reasons & {f"NvidiaXID{xid}Error" for xid in (8, 13, 31, 43, 45, 68, 94)}
