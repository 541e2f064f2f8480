"""The LeaderWorkerSet controller, for models over several nodes."""

from gpu_cluster.kubernetes.lws.controller import LwsController

__all__ = ["LwsController"]
