"""Replicas over several nodes, as a LeaderWorkerSet: a leader that answers, and workers on further nodes."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.config.model import GROUP_SUFFIX, ModelSettings
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.serving.container import container, worker
from gpu_cluster.kubernetes.serving.multi_node_server import group_member
from gpu_cluster.kubernetes.serving.replicas import Placement, pod_spec
from gpu_cluster.kubernetes.serving.server import Server

API_VERSION, KIND = "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"

LEADERS = {"leaderworkerset.sigs.k8s.io/worker-index": "0"}
"""Label that the controller gives to the leader of each group."""

_REVISION = "leaderworkerset.sigs.k8s.io/template-revision-hash"
_READY = {"pulumi.com/waitFor": "condition=Available"}
"""An update waits until as many groups are ready as there shall be."""


def name_of(key: str) -> str:
    """Name of the group. It differs from the model's name, since the controller creates a headless Service of
    this name.

    name_of("reasoning")
    # reasoning-group
    """
    return f"{key}{GROUP_SUFFIX}"


def leader_worker_set(
    name: str,
    key: str,
    server: Server,
    settings: ModelSettings,
    placement: Placement,
    *,
    namespace: str,
    labels: dict[str, str],
    annotations: Mapping[str, str],
    account: str,
    image: str,
    token: bool,
    weights: core.VolumeArgs | None,
    login: str | None,
    opts: pulumi.ResourceOptions,
) -> CustomResource:
    """All pods of a group start together, and all are recreated if one restarts or is deleted."""
    pool = placement.pool

    def template(found: core.ContainerArgs) -> core.PodTemplateSpecArgs:
        pod = pod_spec(
            settings,
            placement,
            labels=labels,
            account=account,
            container=found,
            weights=weights,
            login=login,
            revision=_REVISION,
        )
        return core.PodTemplateSpecArgs(metadata=meta.ObjectMetaArgs(labels=labels), spec=pod)

    leader = group_member(server, settings, pool, leader=True)
    follower = group_member(server, settings, pool, leader=False)
    return CustomResource(
        name,
        api_version=API_VERSION,
        kind=KIND,
        metadata=metadata(name_of(key), namespace, labels=labels, annotations={**annotations, **_READY}),
        spec=_spec(
            settings,
            leader=template(container(leader, settings, pool, placement.request, image, token=token)),
            worker=template(worker(follower, settings, pool, placement.request, image, token=token)),
            surge=placement.surge,
        ),
        opts=opts,
    )


def _spec(
    settings: ModelSettings,
    *,
    leader: core.PodTemplateSpecArgs,
    worker: core.PodTemplateSpecArgs,
    surge: bool,
) -> dict[str, Any]:
    """Start a new group first if the pool has nodes for it, else stop an old one first."""
    rolling = {"maxSurge": 1 if surge else 0, "maxUnavailable": 0 if surge else 1, "partition": 0}
    return {
        "replicas": settings.replicas.min,
        "startupPolicy": "LeaderCreated",
        "rolloutStrategy": {"type": "RollingUpdate", "rollingUpdateConfiguration": rolling},
        "networkConfig": {"subdomainPolicy": "Shared"},
        "leaderWorkerTemplate": {
            "size": settings.nodes,
            "restartPolicy": "RecreateGroupOnPodRestart",
            "leaderTemplate": leader,
            "workerTemplate": worker,
        },
    }
