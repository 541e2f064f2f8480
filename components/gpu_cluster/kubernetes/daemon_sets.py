"""DaemonSets on the nodes of one pool, and the parts of their pods."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import Pool
from gpu_cluster.kubernetes.object_metadata import config_annotations, metadata
from gpu_cluster.kubernetes.scheduling import tolerations

NAMESPACE = "gpu-system"

PRIORITY_CLASS = "system-node-critical"
"""Evicted last: without its plugins a node has no devices."""

RESOURCES = core.ResourceRequirementsArgs(
    requests={"cpu": "50m", "memory": "64Mi"}, limits={"memory": "256Mi"}
)


def daemon_set(
    name: str,
    program: str,
    pool: Pool,
    pod: core.PodSpecArgs,
    *,
    config: str = "",
    labels: Mapping[str, str] | None = None,
    namespace: str = NAMESPACE,
    opts: pulumi.ResourceOptions,
) -> apps.DaemonSet:
    """The DaemonSet `<program>-<pool>`. `labels`: further labels of its pods.

    Programs read their configuration once, so another `config` restarts the pods of this pool only.
    """
    own = {
        "app.kubernetes.io/name": program,
        "app.kubernetes.io/instance": pool.name,
        "app.kubernetes.io/part-of": "gpu-cluster",
    }
    return apps.DaemonSet(
        name,
        metadata=metadata(f"{program}-{pool.name}", namespace, labels=own),
        spec=apps.DaemonSetSpecArgs(
            selector=meta.LabelSelectorArgs(match_labels=own),
            template=core.PodTemplateSpecArgs(
                metadata=meta.ObjectMetaArgs(
                    labels={**own, **(labels or {})},
                    annotations=config_annotations(config) if config else None,
                ),
                spec=pod,
            ),
            update_strategy=apps.DaemonSetUpdateStrategyArgs(
                type="RollingUpdate", rolling_update=apps.RollingUpdateDaemonSetArgs(max_unavailable="10%")
            ),
        ),
        opts=opts,
    )


def pod_of(
    pool: Pool,
    account: str,
    *,
    containers: Sequence[core.ContainerArgs],
    volumes: Sequence[core.VolumeArgs],
    init_containers: Sequence[core.ContainerArgs] | None = None,
    nodes: Mapping[str, str] | None = None,
    tolerated: Sequence[core.TolerationArgs] = (),
    host_ipc: bool | None = None,
    host_network: bool | None = None,
    host_pid: bool | None = None,
) -> core.PodSpecArgs:
    """Pod on nodes of the pool. `nodes`: further labels of these; `tolerated`: further taints."""
    return core.PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name=PRIORITY_CLASS,
        affinity=core.AffinityArgs(node_affinity=_nodes_with({**pool.selector, **(nodes or {})})),
        tolerations=[*tolerations(pool), *tolerated],
        host_ipc=host_ipc,
        host_network=host_network,
        host_pid=host_pid,
        init_containers=init_containers,
        containers=containers,
        volumes=volumes,
    )


def node_name() -> core.EnvVarArgs:
    source = core.EnvVarSourceArgs(field_ref=core.ObjectFieldSelectorArgs(field_path="spec.nodeName"))
    return core.EnvVarArgs(name="NODE_NAME", value_from=source)


def config_volume(config_map: str, files: Mapping[str, str]) -> core.VolumeArgs:
    """Keys of a ConfigMap as files: path by key."""
    items = [core.KeyToPathArgs(key=key, path=path) for key, path in files.items()]
    return core.VolumeArgs(
        name="config", config_map=core.ConfigMapVolumeSourceArgs(name=config_map, items=items)
    )


def host_path(name: str, path: str, kind: str) -> core.VolumeArgs:
    return core.VolumeArgs(name=name, host_path=core.HostPathVolumeSourceArgs(path=path, type=kind))


def _nodes_with(labels: Mapping[str, str]) -> core.NodeAffinityArgs:
    wanted = [
        core.NodeSelectorRequirementArgs(key=key, operator="In", values=[value])
        for key, value in labels.items()
    ]
    term = core.NodeSelectorTermArgs(match_expressions=wanted)
    return core.NodeAffinityArgs(
        required_during_scheduling_ignored_during_execution=core.NodeSelectorArgs(node_selector_terms=[term])
    )
