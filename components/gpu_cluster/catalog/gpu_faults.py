"""Faults of GPUs that the driver reports (XIDs), by what ends them.

The XIDs that the EKS node monitoring agent calls fatal, by what NVIDIA's catalog asks for. A server cannot be
opened, so what needs hands or power, or has failed for good, gets another server. The agent's list asks for
that too with 63, whose repetition EC2 takes for failing memory, and with 151, which needs another machine.
Sources: NVIDIA XID catalog and the Amazon EKS user guide, node-health-nma and node-repair, 2026-08-22;
aws/eks-node-monitoring-agent, monitors/nvidia/dcgm/dcgm_policies.go, WellKnownXidCodes, 2026-11-29.
"""

REBOOT_XIDS = (46, 62, 64, 95, 109, 110, 119, 120, 136, 140, 143, 155, 156, 158)
"""A reset of the GPU ends them."""

REPLACE_XIDS = (48, 54, 63, 74, 79, 142, 151)
"""They need another server."""

ROW_REMAPPED_XID = 63
"""A faulty row of memory has a spare one: NVIDIA's catalog asks for nothing, EC2 replaces the server."""
