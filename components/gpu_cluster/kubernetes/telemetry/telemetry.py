"""Metrics of a platform: exporters on its nodes, and the Prometheus that collects them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import pulumi

from gpu_cluster.capacity import Pool
from gpu_cluster.config.alerts import ALERTMANAGER as ALERTMANAGER_NAME
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.telemetry import (
    PROMETHEUS,
    PROMETHEUS_LABELS,
    TELEMETRY_NAMESPACE,
    Collector,
    TelemetrySettings,
)
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import ALERTMANAGER, KUBE_STATE_METRICS
from gpu_cluster.images import PROMETHEUS as PROMETHEUS_IMAGE
from gpu_cluster.kubernetes.gateway.names import METRICS_PORT as GATEWAY_PORT
from gpu_cluster.kubernetes.gateway.names import PROXIES
from gpu_cluster.kubernetes.scheduling import only_gpu_pools, server_tolerations
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    from_anywhere,
    from_pods,
    to_anywhere,
    to_dns,
    to_namespaces,
    to_networks,
    to_pod_identity,
)
from gpu_cluster.kubernetes.security.network_policy import API_SERVER_PORTS
from gpu_cluster.kubernetes.serving.server import METRICS_PORTS
from gpu_cluster.kubernetes.storage import StorageClassNames
from gpu_cluster.kubernetes.telemetry import (
    dcgm_exporter,
    kube_state_metrics,
    metrics_adapter,
    node_exporter,
)
from gpu_cluster.kubernetes.telemetry.alertmanager import PORT as ALERTS_PORT
from gpu_cluster.kubernetes.telemetry.alertmanager import alertmanager
from gpu_cluster.kubernetes.telemetry.exporters import NODES_NAMESPACE, exporter_namespace
from gpu_cluster.kubernetes.telemetry.grafana import dashboards
from gpu_cluster.kubernetes.telemetry.monitors import pod_monitors
from gpu_cluster.kubernetes.telemetry.node_info import node_labels
from gpu_cluster.kubernetes.telemetry.prometheus import PORT, prometheus
from gpu_cluster.kubernetes.telemetry.prometheus_config import prometheus_config
from gpu_cluster.kubernetes.telemetry.rules import gpu_prices, rule_files

_KUBELET = 10250
_QUOTA = {
    "pods": "8",
    "persistentvolumeclaims": "1",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
}


class Telemetry(pulumi.ComponentResource):
    """Exporters for GPUs, nodes and Kubernetes objects, with Prometheus or access for an existing one.

    Telemetry("platform-telemetry", stack.telemetry, pools=pools, storage=classes, mirror=stack.mirror,
              models={"serving"}).url
    # http://prometheus.telemetry.svc.cluster.local:9090
    """

    EXEMPT: ClassVar = (
        Exemption(
            "63-own-namespace",
            "Namespace",
            "Exporters read files of their node, and Pod Security baseline allows no host paths.",
            NODES_NAMESPACE,
        ),
        *(
            Exemption(
                "75-gpu-placement",
                kind,
                "Every node of the stack has GPUs, so that Prometheus and what it reads run beside them.",
                each,
                only_gpu_pools,
            )
            for kind, each in (
                ("StatefulSet", PROMETHEUS),
                ("Deployment", kube_state_metrics.NAME),
                ("Deployment", metrics_adapter.NAME),
                ("Deployment", ALERTMANAGER_NAME),
            )
        ),
        *dcgm_exporter.EXEMPT,
        *node_exporter.EXEMPT,
        *metrics_adapter.EXEMPT,
    )

    url: str | None
    """Address of the platform's own Prometheus within the cluster."""

    def __init__(
        self,
        name: str,
        settings: TelemetrySettings,
        *,
        pools: Mapping[str, Pool],
        storage: StorageClassNames,
        mirror: str | None,
        models: Collection[str],
        metrics: Collection[str] = (),
        metrics_ports: Collection[int] = METRICS_PORTS,
        namespaces: Sequence[pulumi.Resource] = (),
        mounted: Mapping[str, Sequence[pulumi.Resource]] | None = None,
        blocks: Mapping[str, datetime] | None = None,
        region: str | None = None,
        kubelet_certificates: bool = False,
        gateway: bool = False,
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`models`: namespaces with models; `metrics`: those that the adapter serves; `metrics_ports`: of
        models; `namespaces`: those that the metrics API must not outlive; `mounted`: what is created before a
        volume of each class; `blocks`: ends of capacity blocks by pool; `region`: by which GPUs are priced;
        `kubelet_certificates`: the cluster's authority signs those of kubelets; `gateway`: the platform
        installs Envoy Gateway; `resolvers`: addresses of NodeLocal DNSCache."""
        super().__init__("gpu-cluster:index:Telemetry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        own = settings.prometheus is Collector.IN_CLUSTER
        self.url = f"http://{PROMETHEUS}.{TELEMETRY_NAMESPACE}.svc.cluster.local:{PORT}" if own else None

        gpu_pools = {key: pool for key, pool in pools.items() if pool.gpus}
        nodes: pulumi.Resource | None = None
        if own or gpu_pools:
            nodes = exporter_namespace(name, settings.collectors, opts=child)
            on_nodes = pulumi.ResourceOptions(parent=self, depends_on=[nodes])
            if gpu_pools:
                dcgm_exporter.dcgm_exporter(name, gpu_pools, mirror=mirror, opts=on_nodes)
            if own:
                node_exporter.node_exporter(name, mirror=mirror, opts=on_nodes)
        if own:
            served = () if settings.serve_metrics is False else metrics
            scraped = _scrape_policies(models, metrics_ports, gateway=gateway)
            namespace = self._namespace(name, settings, scraped, served, resolvers)
            inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
            tolerated = server_tolerations(pools)
            selectors = {key: pool.selector for key, pool in pools.items()}
            kube_state_metrics.kube_state_metrics(
                name,
                KUBE_STATE_METRICS.at(mirror),
                node_labels=node_labels(selectors),
                tolerations=tolerated,
                opts=inside,
            )
            if served:
                metrics_adapter.metrics_adapter(
                    name,
                    served,
                    mirror=mirror,
                    tolerations=tolerated,
                    namespaces=[*namespaces, *([nodes] if nodes else [])],
                    opts=inside,
                )
            if settings.grafana:
                dashboards(name, settings.interval_seconds, opts=inside)
            if settings.alerts.sent:
                alertmanager(
                    name, settings.alerts, ALERTMANAGER.at(mirror), tolerations=tolerated, opts=inside
                )
            prometheus(
                name,
                settings,
                PROMETHEUS_IMAGE.at(mirror),
                config=prometheus_config(
                    settings, models, kubelet_certificates=kubelet_certificates, gateway=gateway
                ),
                rules=rule_files(
                    settings.alerts.runbooks, blocks or {}, gpu_prices(pools, region), selectors
                ),
                storage=storage,
                mounted=mounted or {},
                tolerations=tolerated,
                opts=inside,
            )
        elif settings.monitors:
            pod_monitors(name, settings, models, gpus=bool(gpu_pools), gateway=gateway, opts=child)
        self.register_outputs({"url": self.url})

    def _namespace(
        self,
        name: str,
        settings: TelemetrySettings,
        scraped: Mapping[str, Any],
        served: Collection[str],
        resolvers: Collection[str],
    ) -> Namespace:
        return Namespace(
            name,
            TELEMETRY_NAMESPACE,
            PodSecurity.RESTRICTED,
            quota=_QUOTA,
            allowances={
                **{f"api-{port}": to_anywhere(port) for port in sorted(_ports(settings))},
                "dns": to_dns(resolvers),
                **scraped,
                **(_adapter_policies() if served else {}),
                **({"grafana": from_pods(it.namespace, it.labels, PORT)} if (it := settings.grafana) else {}),
                **_remote_write_policy(settings),
                **({"role": to_pod_identity()} if _signs(settings) else {}),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )


def _scrape_policies(
    models: Collection[str], metrics_ports: Collection[int], *, gateway: bool
) -> dict[str, Any]:
    """Egress to all scrape targets; ingress within the namespace only from Prometheus."""
    ports = (PORT, kube_state_metrics.PORT, ALERTS_PORT)
    return {
        "exporters": to_namespaces({NODES_NAMESPACE}, dcgm_exporter.PORT, node_exporter.PORT),
        "kubelets": to_anywhere(_KUBELET, pods=PROMETHEUS_LABELS),
        "objects": to_namespaces({TELEMETRY_NAMESPACE}, *ports),
        "scraper": from_pods(TELEMETRY_NAMESPACE, PROMETHEUS_LABELS, *ports),
        **({"models": to_namespaces(models, *metrics_ports)} if models else {}),
        **({"gateway-metrics": to_namespaces({PROXIES}, GATEWAY_PORT)} if gateway else {}),
    }


def _adapter_policies() -> dict[str, Any]:
    """Ingress from the API server, which is in no namespace, and to Prometheus from the adapter."""
    return {
        "adapter": from_pods(TELEMETRY_NAMESPACE, metrics_adapter.LABELS, PORT),
        "custom-metrics": from_anywhere(metrics_adapter.PORT),
    }


def _ports(settings: TelemetrySettings) -> set[int]:
    """Egress ports: the API server, a store elsewhere and mail."""
    written = settings.remote_write
    target = written.port if written and not written.networks else None
    mail = settings.alerts.mail
    server = int(mail.server.rpartition(":")[2]) if mail else None
    return {*API_SERVER_PORTS, *(port for port in (target, server) if port)}


def _remote_write_policy(settings: TelemetrySettings) -> dict[str, Any]:
    """Egress to the networks of the remote-write endpoint."""
    written = settings.remote_write
    if not (written and written.networks):
        return {}
    return {"remote-write": to_networks(sorted(written.networks), written.port)}


def _signs(settings: TelemetrySettings) -> bool:
    """True if Prometheus or Alertmanager has a role on AWS."""
    written = settings.remote_write and settings.remote_write.sigv4_region
    return bool(written or settings.alerts.sns)
