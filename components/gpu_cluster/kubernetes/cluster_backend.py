"""What the Kubernetes half of a platform has to know of where it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.storage import StorageResources


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterBackend:
    """A cluster with all that stands below it."""

    kubernetes: k8s.Provider
    """The one provider of everything inside the cluster."""

    nodes: Sequence[pulumi.Resource] = ()
    """What has to stand before any pod, and to outlive it: nodes, and images for them."""

    served: Sequence[pulumi.Resource] = ()
    """What volumes and workloads need besides: drivers, names, and who starts nodes for them."""

    backing: StorageResources = field(default_factory=StorageResources)
    """What AWS made behind storage classes and stores."""

    teams: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """What each team has outside of the cluster, by name."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform says of it."""


Build = Callable[[str, Stack, pulumi.ResourceOptions], ClusterBackend]
"""Makes a place, or finds it, for the platform of that name and below the parent that the options give."""
