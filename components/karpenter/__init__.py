"""Karpenter: starts the nodes that pods wait for, for the pools that choose it."""

from components.karpenter.controller import charts_below
from components.karpenter.karpenter import Karpenter

__all__ = ["Karpenter", "charts_below"]
