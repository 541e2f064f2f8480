"""What a node reads when it starts: byte for byte the same for the same pool, as each change replaces nodes.

EKS adds the cluster, labels and taints itself. The label for the MIG manager is here, so that another layout
is other nodes.
"""

import json
from typing import Any

from components.catalog import INSTANCES
from components.config.pools import AmiFamily, PoolSettings
from components.pools import MIG_LABEL, Pool

_BOUNDARY = "//"

_PARALLEL_CPUS = 4
_PARALLEL_GIB = 8
"""Below these nodeadm pulls layer by layer all the same (awslabs/amazon-eks-ami, nodeadm, 2026-07-23)."""

_BINDS = ["/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods", "/var/lib/soci-snapshotter"]


def user_data(pool: Pool, settings: PoolSettings) -> str:
    """In the words of the pool's operating system; not yet encoded."""
    if settings.ami.family is AmiFamily.BOTTLEROCKET:
        return bottlerocket_settings(pool)
    return _mime(node_config(pool))


def node_config(pool: Pool) -> dict[str, Any]:
    """A `NodeConfig` of nodeadm, which sets up Amazon Linux 2023."""
    instance: dict[str, Any] = {"localStorage": {"strategy": "RAID0"}} if _has_disks(pool) else {}
    gates = {"FastImagePull": True} if _pulls_in_parallel(pool) else {}
    label = f"--node-labels={MIG_LABEL}={pool.mig_layout}"  # added to those of EKS
    flags = {"flags": [label]} if pool.mig_layout else {}
    spec = {
        "kubelet": {"config": {"maxPods": pool.capacity.pods}, **flags},
        **({"instance": instance} if instance else {}),
        **({"featureGates": gates} if gates else {}),
    }
    return {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}


def bottlerocket_settings(pool: Pool) -> str:
    """Settings as TOML. The device plugin of the image is off: the platform's own hands out the GPUs."""
    lines = ["[settings.kubernetes]", f"max-pods = {pool.capacity.pods}"]
    if INSTANCES[pool.machine].gpu:
        lines += ["", "[settings.kubelet-device-plugins.nvidia]", "enabled = false"]
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


def _mime(config: dict[str, Any]) -> str:
    """A message of one part, as launch templates of managed node groups want it; JSON is YAML too."""
    return "\n".join(
        [
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
            "",
            f"--{_BOUNDARY}",
            "Content-Type: application/node.eks.aws",
            "",
            json.dumps(config, indent=2, sort_keys=True),
            f"--{_BOUNDARY}--",
            "",
        ]
    )


def _has_disks(pool: Pool) -> bool:
    return INSTANCES[pool.machine].nvme_gb > 0


def _pulls_in_parallel(pool: Pool) -> bool:
    """Images for GPUs are large; other nodes keep their CPU for pods."""
    instance = INSTANCES[pool.machine]
    return pool.gpus > 0 and instance.cpus >= _PARALLEL_CPUS and instance.memory_gib >= _PARALLEL_GIB
