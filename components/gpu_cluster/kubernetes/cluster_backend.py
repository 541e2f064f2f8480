"""Cluster backend: the cluster that the Kubernetes half of a platform is installed on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.storage import StorageResources


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterBackend:
    """A cluster and the resources that it depends on."""

    kubernetes: k8s.Provider
    """The one provider of everything inside the cluster."""

    nodes: Sequence[pulumi.Resource] = ()
    """Created before, and deleted after, all pods: nodes, and images for them."""

    served: Sequence[pulumi.Resource] = ()
    """Further dependencies of volumes and workloads: drivers, names, and autoscalers."""

    backing: StorageResources = field(default_factory=StorageResources)
    """AWS resources behind storage classes and stores."""

    log_group: pulumi.Input[str] | None = None
    """Log group of CloudWatch for the platform's logs, where the stack has one."""

    teams: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Resources of each team outside of the cluster, by name."""

    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tags of cloud resources that controllers in the cluster create, such as load balancers."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Outputs of the platform about it."""


BackendFactory = Callable[[str, Stack, pulumi.ResourceOptions], ClusterBackend]
"""Creates the backend of a platform, or connects to its cluster: from name, settings and parent."""
