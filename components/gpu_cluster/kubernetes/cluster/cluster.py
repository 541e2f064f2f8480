"""The Kubernetes cluster that everything else is installed on."""

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.config.cluster import ExistingCluster, LocalCluster


class Cluster(pulumi.ComponentResource):
    """Existing or local cluster, with the Kubernetes provider of the stack.

    Cluster("platform-cluster", settings, kubeconfig="/srv/site/kubeconfig").provider
    """

    provider: k8s.Provider

    def __init__(
        self,
        name: str,
        settings: LocalCluster | ExistingCluster,
        *,
        kubeconfig: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`kubeconfig` is a path; its content, and with it the credentials, stays out of the state."""
        super().__init__("gpu-cluster:index:Cluster", name, None, opts)
        self.provider = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=kubeconfig,
            context=settings.context if isinstance(settings, ExistingCluster) else None,
            # Which cluster it is does not depend on how it is reached: a new port or path replaces nothing.
            cluster_identifier=name,
            # Changed in place: a replacement would first delete what running pods mount.
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
