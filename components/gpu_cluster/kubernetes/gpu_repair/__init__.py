"""Repair of nodes whose GPU reports a fault, on clusters that have nothing else for it."""

from gpu_cluster.kubernetes.gpu_repair.gpu_repair import GpuRepair

__all__ = ["GpuRepair"]
