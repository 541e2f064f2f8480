"""GPU faults that the driver reports (XIDs), by the repair that clears them.

These are the XIDs that the EKS node monitoring agent treats as fatal, by the action in NVIDIA's catalog. EC2
instances cannot be serviced, so a fault that needs physical work or a power cycle, or that is permanent,
requires a replacement. The agent's list also replaces the server for 63, because EC2 treats its repetition as
failing memory, and for 151, which needs another machine.
Sources: NVIDIA XID catalog and the Amazon EKS user guide, node-health-nma and node-repair, 2026-08-22;
aws/eks-node-monitoring-agent, monitors/nvidia/dcgm/dcgm_policies.go, WellKnownXidCodes, 2026-11-29.
"""

REBOOT_XIDS = (46, 62, 64, 95, 109, 110, 119, 120, 136, 140, 143, 155, 156, 158)
"""A reset of the GPU ends them."""

REPLACE_XIDS = (48, 54, 63, 74, 79, 142, 151)
"""Faults that require another server."""

ROW_REMAPPED_XID = 63
"""Remapped memory row: NVIDIA's catalog requires no action, EC2 replaces the server."""
