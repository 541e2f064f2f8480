"""Services of a team: containers that serve a port."""

from gpu_cluster.kubernetes.services.service import Service
from gpu_cluster.kubernetes.services.stores import store_claims

__all__ = ["Service", "store_claims"]
