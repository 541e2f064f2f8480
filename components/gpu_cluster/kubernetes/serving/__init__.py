"""The models that are served."""

from gpu_cluster.kubernetes.serving.hub_token import hub_token_secret
from gpu_cluster.kubernetes.serving.mirror_jobs import mirrors
from gpu_cluster.kubernetes.serving.model import Model
from gpu_cluster.kubernetes.serving.replicas import Placement
from gpu_cluster.kubernetes.serving.serving import Serving, placements_of

__all__ = ["Model", "Placement", "Serving", "hub_token_secret", "mirrors", "placements_of"]
