"""Manifests and Helm charts of a stack."""

from gpu_cluster.kubernetes.extras.extras import Extras

__all__ = ["Extras"]
