"""Containers of a team's own."""

from gpu_cluster.kubernetes.services.service import Service
from gpu_cluster.kubernetes.services.stores import store_claims

__all__ = ["Service", "store_claims"]
