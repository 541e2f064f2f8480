"""`gpu-cluster:serving`: served models and their clients."""

from pydantic import Field

from gpu_cluster.config.flag import Flag
from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.names import Name, Namespace
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.section import Settings


class ServingSettings(Settings):
    """Served models and their clients."""

    namespace: Name = "serving"
    """Namespace of the models. Default: serving."""

    hub_token: Secret | None = None
    """Hub token for gated models, a Pulumi secret; not with provider local. Default: none."""

    hub: HubMirror | None = None
    """Mirror of the model hub, for models without store. Default: none, the public hub."""

    clients: frozenset[Namespace] = frozenset()
    """Namespaces whose pods may call the models. Default: only the models' own."""

    metrics_served: Flag = False
    """Set if the cluster has a metrics adapter that serves queue metrics. Default: false."""

    prefetch: Flag = False
    """Keep the images of models on all nodes of their pools; needs Kubernetes 1.35. Default: false."""

    lws_controller: Flag | None = None
    """Install the LeaderWorkerSet controller; false if installed. Default: true if a model has nodes."""

    models: dict[Name, ModelSettings] = Field(default={})
    """Models by name. Default: none."""

    @property
    def has_groups(self) -> bool:
        """Whether the cluster has a LeaderWorkerSet controller, installed by the platform or not."""
        return self.lws_controller is not None or any(model.nodes > 1 for model in self.models.values())

    @property
    def installs_lws(self) -> bool:
        """Whether the platform installs the LeaderWorkerSet controller."""
        return self.has_groups if self.lws_controller is None else self.lws_controller
