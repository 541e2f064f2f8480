"""User data of a node: byte for byte the same for the same pool, as each change replaces nodes.

EKS adds the cluster, labels and taints itself. The label for the MIG manager is here, so that another layout
is other nodes.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpu_cluster.aws.nested_values import merged
from gpu_cluster.aws.nodes.toml import toml_text
from gpu_cluster.capacity import MIG_LABEL, Pool
from gpu_cluster.config.pools import AmiFamily, PoolSettings, Sharing

_BOUNDARY = "//"
_NODE_CONFIG, _SCRIPT = "application/node.eks.aws", "text/x-shellscript"

_PARALLEL_CPUS = 4
_PARALLEL_GIB = 8
"""Below these nodeadm pulls layer by layer all the same (awslabs/amazon-eks-ami, nodeadm, 2026-07-23)."""

_LUSTRE_CLIENT = "#!/bin/bash\ndnf install -y lustre-client"
"""Lustre client tools, required to receive settings from the file server: the image has only the kernel
modules.

Its publisher leaves the package to user data (awslabs/amazon-eks-ami/pull/2696, 2026-05-01). Scripts there
have run before nodeadm starts the kubelet (nodeadm-run.service of the same, 2026-11-29). Beside them:
kubernetes-sigs/aws-fsx-csi-driver/pull/460, 2025-09-12; Amazon EKS user guide, fsx-csi-tuning-non-efa,
2026-11-29. Not seen on AWS.
"""

_BINDS = ["/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods", "/var/lib/soci-snapshotter"]


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Name, endpoint and authority of a cluster, by which a node joins it."""

    name: str
    endpoint: str
    authority: str
    """Certificate of the cluster's authority, in base64."""

    service_cidr: str


def user_data(pool: Pool, settings: PoolSettings, cluster: ClusterAddress | None = None) -> str:
    """User data in the format of the pool's operating system, not yet encoded. `cluster`: for node groups
    with a custom image, to which EKS adds no user data."""
    given = settings.user_data
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        text = bottlerocket_settings(pool)
        over = merged(_bottlerocket_join(pool, cluster) if cluster else {}, given.settings)
        return toml_text(merged(tomllib.loads(text), {"settings": over})) if over else text
    parts = [(_NODE_CONFIG, _json(node_config(pool, settings.kubelet)))]
    if cluster:
        parts.append((_NODE_CONFIG, _json(_config(_nodeadm_join(pool, cluster)))))
    if given.node_config:
        parts.append((_NODE_CONFIG, _json(_config(given.node_config))))
    scripts = [*([_LUSTRE_CLIENT] if pool.mounts_lustre else []), *([given.script] if given.script else [])]
    return _mime([*parts, *((_SCRIPT, script) for script in scripts)])


def _nodeadm_join(pool: Pool, cluster: ClusterAddress) -> dict[str, Any]:
    """Cluster, labels and taints, which EKS does not add to the user data of a custom image.

    Source: Amazon EKS user guide, launch-templates, "Specifying an AMI"; nodeadm's NodeConfig, `cluster`;
    2026-11-29.
    """
    labels = ",".join(f"{key}={value}" for key, value in sorted(_own_labels(pool).items()))
    return {
        "cluster": {
            "name": cluster.name,
            "apiServerEndpoint": cluster.endpoint,
            "certificateAuthority": cluster.authority,
            "cidr": cluster.service_cidr,
        },
        "kubelet": {
            "flags": [f"--node-labels={labels}"],
            **({"config": {"registerWithTaints": list(map(dict, pool.taints))}} if pool.taints else {}),
        },
    }


def _bottlerocket_join(pool: Pool, cluster: ClusterAddress) -> dict[str, Any]:
    taints: dict[str, list[str]] = {}
    for taint in pool.taints:
        taints.setdefault(taint["key"], []).append(f"{taint['value']}:{taint['effect']}")
    return {
        "kubernetes": {
            "cluster-name": cluster.name,
            "api-server": cluster.endpoint,
            "cluster-certificate": cluster.authority,
            "node-labels": _own_labels(pool),
            "node-taints": taints,
        }
    }


def _own_labels(pool: Pool) -> dict[str, str]:
    """Labels that neither the kubelet nor the cloud provider sets; a kubelet may not set most kubernetes.io
    labels."""
    return {
        key: value
        for key, value in pool.labels.items()
        if not key.rpartition("/")[0].endswith("kubernetes.io") and key != MIG_LABEL
    }


def node_config(pool: Pool, kubelet: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A `NodeConfig` of nodeadm, which sets up Amazon Linux 2023."""
    instance: dict[str, Any] = {"localStorage": {"strategy": "RAID0"}} if _has_disks(pool) else {}
    gates = {"FastImagePull": True} if _pulls_in_parallel(pool) else {}
    label = f"--node-labels={MIG_LABEL}={pool.mig_layout}"  # added to those of EKS
    flags = {"flags": [label]} if pool.mig_layout else {}
    spec = {
        "kubelet": {"config": merged({"maxPods": pool.capacity.pods}, kubelet or {}), **flags},
        **({"instance": instance} if instance else {}),
        **({"featureGates": gates} if gates else {}),
    }
    return _config(spec)


def _config(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}


def bottlerocket_settings(pool: Pool) -> str:
    """Settings as TOML. The image's own device plugin advertises the GPUs, with the pool's sharing."""
    lines = ["[settings.kubernetes]", f"max-pods = {pool.capacity.pods}"]
    lines += _shared_gpus(pool.sharing)
    if _pulls_in_parallel(pool):
        lines += ["", "[settings.container-runtime]", 'snapshotter = "soci"']
        lines += ["", "[settings.container-runtime-plugins.soci-snapshotter]"]
        lines += ['pull-mode = "parallel-pull-unpack"']
    if _has_disks(pool):
        bind = ["apiclient", "ephemeral-storage", "bind", "--dirs", *_BINDS]
        lines += ["", "[settings.bootstrap-commands.local-disks]"]
        lines += [f"commands = {json.dumps([['apiclient', 'ephemeral-storage', 'init'], bind])}"]
        lines += ['mode = "always"', "essential = true"]
    return "\n".join(lines) + "\n"


def _shared_gpus(sharing: Sharing | None) -> list[str]:
    """GPU sharing settings of Bottlerocket's device plugin: default resource name, one GPU per pod.

    Without `rename-by-default = false` they would be called nvidia.com/gpu.shared; MPS refuses requests for
    two in any case. Source: bottlerocket.dev/en/os/1.54.x/api/settings/kubelet-device-plugins, 2026-11-28.
    """
    strategy, replicas = ("mps", sharing.mps) if sharing and sharing.mps else ("time-slicing", None)
    replicas = replicas or (sharing and sharing.time_slicing)
    if not replicas:
        return []
    table = "settings.kubelet-device-plugins.nvidia"
    return [
        "",
        f"[{table}]",
        f'device-sharing-strategy = "{strategy}"',
        "",
        f"[{table}.{strategy}]",
        f"replicas = {replicas}",
        "rename-by-default = false",
        *(["fail-requests-greater-than-one = true"] if strategy == "time-slicing" else []),
    ]


def _json(config: dict[str, Any]) -> str:
    """JSON is YAML too."""
    return json.dumps(config, indent=2, sort_keys=True)


def _mime(parts: Sequence[tuple[str, str]]) -> str:
    """A message of a part for each type of content, as launch templates of managed node groups want it."""
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', ""]
    for content, text in parts:
        lines += [f"--{_BOUNDARY}", f"Content-Type: {content}", "", text]
    return "\n".join([*lines, f"--{_BOUNDARY}--", ""])


def _has_disks(pool: Pool) -> bool:
    return pool.server.nvme_gb > 0


def _pulls_in_parallel(pool: Pool) -> bool:
    """Images for GPUs are large; other nodes keep their CPU for pods."""
    instance = pool.server
    return pool.gpus > 0 and instance.cpus >= _PARALLEL_CPUS and instance.memory_gib >= _PARALLEL_GIB
