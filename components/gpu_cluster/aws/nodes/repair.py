"""Automatic repair of nodes whose GPU reports a fault."""

import pulumi_aws as aws

# The XIDs that the node monitoring agent calls fatal, by what NVIDIA's catalog asks for. A server cannot be
# opened, so what needs hands or power, or has failed for good, gets another server. The agent's list asks for
# that too with 63, whose repetition EC2 takes for failing memory, and with 151, which needs another machine.
# Sources: NVIDIA XID catalog and the Amazon EKS user guide, node-health-nma and node-repair, 2026-08-22;
# aws/eks-node-monitoring-agent, monitors/nvidia/dcgm/dcgm_policies.go, WellKnownXidCodes, 2026-11-29.
_REBOOT = (46, 62, 64, 95, 109, 110, 119, 120, 136, 140, 143, 155, 156, 158)
_REPLACE = (48, 54, 63, 74, 79, 142, 151)
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
