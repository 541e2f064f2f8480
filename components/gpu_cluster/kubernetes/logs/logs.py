"""Logs of a platform: agents on its nodes, and the collector that keeps them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pulumi

from gpu_cluster.capacity import Pool
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.logs import LOG_COLLECTOR, LOG_NODES_NAMESPACE, LOGS_NAMESPACE, LogSettings
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import LOG_COLLECTOR as IMAGE
from gpu_cluster.kubernetes.daemon_sets import PRIORITY_CLASS
from gpu_cluster.kubernetes.logs import agent
from gpu_cluster.kubernetes.logs.agent_config import OTLP_PORT
from gpu_cluster.kubernetes.logs.collector import log_collector
from gpu_cluster.kubernetes.scheduling import only_gpu_pools, server_tolerations
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    from_namespaces,
    to_anywhere,
    to_dns,
    to_namespaces,
    to_networks,
    to_pod_identity,
)
from gpu_cluster.kubernetes.security.network_policy import API_SERVER_PORTS
from gpu_cluster.kubernetes.storage import StorageClassNames

_QUOTA = {
    "pods": "2",
    "persistentvolumeclaims": "1",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
}


class Logs(pulumi.ComponentResource):
    """Log agents on every node, and the collector that sends logs to the configured destinations.

    Logs("platform-logs", stack.logs, pools=pools, storage=classes, mirror=stack.mirror,
         region="eu-central-1", group=here.log_group)
    """

    EXEMPT: ClassVar = (
        Exemption(
            "63-own-namespace",
            "Namespace",
            "Agents read files of their node, and Pod Security baseline allows no host paths.",
            LOG_NODES_NAMESPACE,
        ),
        Exemption(
            "75-gpu-placement",
            "StatefulSet",
            "Every node of the stack has GPUs, so that the collector of logs runs beside them.",
            LOG_COLLECTOR,
            only_gpu_pools,
        ),
        *agent.EXEMPT,
    )

    def __init__(
        self,
        name: str,
        settings: LogSettings,
        *,
        pools: Mapping[str, Pool],
        storage: StorageClassNames,
        mirror: str | None,
        region: str | None = None,
        group: pulumi.Input[str] | None = None,
        mounted: Mapping[str, Sequence[pulumi.Resource]] | None = None,
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`region`, `group`: of CloudWatch; `mounted`: what is created before a volume of each class;
        `resolvers`: addresses of NodeLocal DNSCache."""
        super().__init__("gpu-cluster:index:Logs", name, None, opts)
        kept = Namespace(
            name,
            LOGS_NAMESPACE,
            PodSecurity.RESTRICTED,
            quota=_QUOTA,
            allowances={
                "agents": from_namespaces({LOG_NODES_NAMESPACE}, OTLP_PORT),
                "dns": to_dns(resolvers),
                **_egress(settings),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        nodes = Namespace(
            f"{name}-nodes",
            LOG_NODES_NAMESPACE,
            PodSecurity.PRIVILEGED,
            quota={"pods": "10k"},
            priority_class=PRIORITY_CLASS,
            allowances={
                "dns": to_dns(resolvers),
                "collector": to_namespaces({LOGS_NAMESPACE}, OTLP_PORT),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        log_collector(
            name,
            settings,
            IMAGE.at(mirror),
            region=region,
            group=group,
            storage=storage,
            mounted=mounted or {},
            tolerations=server_tolerations(pools),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[kept]),
        )
        agent.log_agent(
            name,
            settings,
            IMAGE.at(mirror),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[nodes]),
        )
        self.register_outputs({})


def _egress(settings: LogSettings) -> dict[str, Any]:
    """Egress: the API server for events, and each destination."""
    ports: set[int] = set(API_SERVER_PORTS if settings.events else ())
    egress: dict[str, Any] = {}
    if settings.cloudwatch:
        ports.add(443)
        egress["role"] = to_pod_identity()
    if it := settings.otlp:
        port = urlsplit(it.url).port or 443
        if it.networks:
            egress["otlp"] = to_networks(sorted(it.networks), port)
        else:
            ports.add(port)
    return egress | {f"port-{port}": to_anywhere(port) for port in sorted(ports)}
