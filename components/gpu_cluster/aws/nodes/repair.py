"""Automatic repair of nodes whose GPU reports a fault."""

import pulumi_aws as aws

from gpu_cluster.catalog.gpu_faults import REBOOT_XIDS, REPLACE_XIDS

_ACTIONS = {**dict.fromkeys(REBOOT_XIDS, "Reboot"), **dict.fromkeys(REPLACE_XIDS, "Replace")}

_CONDITION = "AcceleratedHardwareReady"

_WAIT_MINUTES = 5
"""Half of what EKS waits by itself: what runs on a broken GPU makes no progress to lose."""


def node_repair(gpus: int, *, enabled: bool) -> aws.eks.NodeGroupNodeRepairConfigArgs:
    """The repair configuration of a node group, with what EKS shall do for each fault of a GPU.

    Its defaults differ between versions of EKS. What is not listed here is left to them.
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
