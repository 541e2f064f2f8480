"""What becomes of a node whose GPU reports a fault."""

import pulumi_aws as aws

# By what NVIDIA's catalog of XIDs asks for; of those, the ones that the node monitoring agent 1.7 reports.
# A server cannot be opened, so what needs hands or power, or has failed for good, gets another server.
# Sources: NVIDIA XID catalog and the Amazon EKS user guide, node-health-nma and node-repair, 2026-08-22.
_REBOOT = (46, 62, 63, 64, 95, 109, 110, 119, 120, 136, 140, 143, 151, 155, 156, 158)
_REPLACE = (48, 54, 74, 79, 142)
_ACTIONS = {**dict.fromkeys(_REBOOT, "Reboot"), **dict.fromkeys(_REPLACE, "Replace")}

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
