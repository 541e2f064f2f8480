"""Repair of nodes with a faulty GPU, on clusters without another repair."""

from gpu_cluster.kubernetes.gpu_repair.gpu_repair import GpuRepair

__all__ = ["GpuRepair"]
