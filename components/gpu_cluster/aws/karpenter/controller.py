"""The Karpenter controller, as its publisher's Helm charts install it."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.exemption import Exemption
from gpu_cluster.images import KARPENTER

NAMESPACE = "kube-system"
"""Namespace of the controller; another one would need a quota for critical priority classes."""

SERVICE_ACCOUNT = "karpenter"

CHART_VERSION = KARPENTER.tag
CHARTS = "public.ecr.aws/karpenter"
"""Public registry of the charts `karpenter` and `karpenter-crd`.

A pull-through cache of the account is not for them: Helm has no credentials of ECR where the engine runs.
"""


class KarpenterController(pulumi.ComponentResource):
    """Karpenter CRDs and controller, created in this order and deleted in reverse.

    KarpenterController("platform-karpenter-controller", cluster_name=…, queue=…, charts=…, mirror=…, …)
    """

    EXEMPT: ClassVar = (
        Exemption(
            "91-objects-seen",
            "kubernetes:helm.sh/v4:Chart",
            "Karpenter is published as Helm charts only; each release is read before it is raised.",
        ),
    )

    def __init__(
        self,
        name: str,
        *,
        cluster_name: pulumi.Input[str],
        queue: pulumi.Input[str],
        charts: str,
        mirror: str | None,
        pull_secret: str | None = None,
        replicas: int,
        isolated: bool,
        repair: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`isolated`: the network has no egress, so prices are those built into the release. `repair`:
        unhealthy nodes are replaced, in all pools of Karpenter."""
        super().__init__("gpu-cluster:index:KarpenterController", name, None, opts)
        kinds = k8s.helm.v4.Chart(
            f"{name}-kinds",
            chart=f"{charts}/karpenter-crd",
            version=CHART_VERSION,
            namespace=NAMESPACE,
            opts=pulumi.ResourceOptions(parent=self),
        )
        k8s.helm.v4.Chart(
            f"{name}-chart",
            chart=f"{charts}/karpenter",
            version=CHART_VERSION,
            namespace=NAMESPACE,
            values=_values(
                cluster_name,
                queue,
                mirror,
                pull_secret,
                replicas=replicas,
                isolated=isolated,
                repair=repair,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[kinds]),
        )
        self.register_outputs({})


def _values(
    cluster_name: pulumi.Input[str],
    queue: pulumi.Input[str],
    mirror: str | None,
    pull_secret: str | None,
    *,
    replicas: int,
    isolated: bool,
    repair: bool,
) -> Mapping[str, Any]:
    repository, _, digest = KARPENTER.at(mirror).rpartition("@")
    resources = {"cpu": "1", "memory": "1Gi"}
    return {
        "replicas": replicas,
        "settings": {
            "clusterName": cluster_name,
            "interruptionQueue": queue,
            "isolatedVPC": isolated,
            "featureGates": {"nodeRepair": repair},
        },
        "controller": {
            "image": {
                "repository": repository.removesuffix(f":{KARPENTER.tag}"),
                "tag": KARPENTER.tag,
                "digest": digest,
            },
            "resources": {"requests": resources, "limits": {"memory": resources["memory"]}},
        },
        "serviceAccount": {"name": SERVICE_ACCOUNT},
        **({"imagePullSecrets": [{"name": pull_secret}]} if pull_secret else {}),
    }
