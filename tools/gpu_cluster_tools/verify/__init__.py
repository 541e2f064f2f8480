"""Acceptance of a platform that runs: nodes, models, autoscaling, alerts, by reads alone."""

from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.verify import verify

__all__ = ["Measurement", "verify"]
