"""A namespace with Pod Security, closed network, quota and defaults."""

from collections.abc import Mapping
from enum import StrEnum

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security.limits import default_limits, quota_spec
from gpu_cluster.kubernetes.security.network_policy import deny_all

_POD_SECURITY_VERSION = "v1.35"


class PodSecurity(StrEnum):
    """The Pod Security Standard that the pods of a namespace are held to."""

    PRIVILEGED = "privileged"
    RESTRICTED = "restricted"


class Namespace(pulumi.ComponentResource):
    """Namespace with a Pod Security level, a default-deny network policy, quotas and limits.

    Namespace("platform-registry", "registry", PodSecurity.RESTRICTED,
              quota={"pods": "2"}, allowances={"clients": from_anywhere(5000)})
    """

    namespace: str

    def __init__(
        self,
        name: str,
        namespace: str,
        level: PodSecurity,
        *,
        quota: Mapping[str, str],
        priority_class: str | None = None,
        allowances: Mapping[str, networking.NetworkPolicySpecArgs] | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`quota`: hard limits by resource; with `priority_class` they count the pods of that class alone."""
        super().__init__("gpu-cluster:index:Namespace", name, None, opts)
        self.namespace = namespace

        owner = core.Namespace(
            f"{name}-namespace",
            metadata=metadata(
                namespace, labels={**_pod_security(level), **(labels or {})}, annotations=annotations
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        # After the namespace, and gone before it.
        child = pulumi.ResourceOptions(parent=self, depends_on=[owner])

        policies = {
            "default-deny": deny_all(),
            **{f"allow-{key}": spec for key, spec in (allowances or {}).items()},
        }
        for key, spec in policies.items():
            networking.NetworkPolicy(
                f"{name}-{key}", metadata=metadata(key, namespace), spec=spec, opts=child
            )
        core.ResourceQuota(
            f"{name}-quota",
            metadata=metadata("quota", namespace),
            spec=quota_spec(quota, priority_class),
            opts=child,
        )
        core.LimitRange(
            f"{name}-defaults", metadata=metadata("defaults", namespace), spec=default_limits(), opts=child
        )

        self.register_outputs({"namespace": namespace})


def _pod_security(level: PodSecurity) -> dict[str, str]:
    """Labels of all three modes, pinned so that an upgrade of the cluster admits what it did before."""
    modes = ("enforce", "audit", "warn")
    return {f"pod-security.kubernetes.io/{mode}": level.value for mode in modes} | {
        f"pod-security.kubernetes.io/{mode}-version": _POD_SECURITY_VERSION for mode in modes
    }
