"""Automatic repair of nodes whose GPU reports a fault."""

import pulumi_aws as aws

from gpu_cluster.catalog.xid_repair_actions import REBOOT_XIDS, REPLACE_XIDS

_ACTIONS = {**dict.fromkeys(REBOOT_XIDS, "Reboot"), **dict.fromkeys(REPLACE_XIDS, "Replace")}

_CONDITION = "AcceleratedHardwareReady"

_WAIT_MINUTES = 5
"""Half of the wait that EKS has by default: workloads on a broken GPU make no progress that could be lost."""


def node_repair(gpus: int, *, enabled: bool) -> aws.eks.NodeGroupNodeRepairConfigArgs:
    """Repair configuration of a node group, with the action for each GPU fault.

    Faults that are not listed here get the default action, which differs between versions of EKS.
    """
    actions = _ACTIONS if enabled and gpus else {}
    return aws.eks.NodeGroupNodeRepairConfigArgs(
        enabled=enabled,
        node_repair_config_overrides=[_override(xid, actions[xid]) for xid in sorted(actions)] or None,
    )


def _override(xid: int, action: str) -> aws.eks.NodeGroupNodeRepairConfigNodeRepairConfigOverrideArgs:
    return aws.eks.NodeGroupNodeRepairConfigNodeRepairConfigOverrideArgs(
        node_monitoring_condition=_CONDITION,
        node_unhealthy_reason=f"NvidiaXID{xid}Error",
        min_repair_wait_time_mins=_WAIT_MINUTES,
        repair_action=action,
    )
