"""Karpenter: starts the nodes that pods wait for, for the pools that choose it."""

from gpu_cluster.aws.karpenter.controller import CHARTS
from gpu_cluster.aws.karpenter.karpenter import Karpenter

__all__ = ["CHARTS", "Karpenter"]
