"""Pods on the nodes of a pool."""

from pulumi_kubernetes.core import v1 as core

from components.pools import Pool


def tolerations(pool: Pool) -> list[core.TolerationArgs]:
    """Of the pool's own taints, and of no others."""
    return [
        core.TolerationArgs(
            key=toleration["key"],
            operator=toleration["operator"],
            value=toleration["value"],
            effect=toleration["effect"],
        )
        for toleration in pool.tolerations
    ]
