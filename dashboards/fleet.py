"""Fleet: all nodes and GPUs at a glance."""

from dashboards.panels import Board, lines, number, table
from dashboards.panels import dashboard as made


def dashboard() -> Board:
    return made(
        "fleet",
        "Fleet",
        "All nodes and GPUs: total, requested, utilized and faulty.",
        [
            number(
                "Nodes ready",
                "Nodes whose condition Ready is True.",
                'sum(kube_node_status_condition{condition="Ready", status="true"})',
            ),
            number(
                "Nodes not ready",
                "Nodes whose condition Ready is False or Unknown.",
                'sum(kube_node_status_condition{condition="Ready", status!="true"})',
            ),
            number(
                "GPUs free",
                "GPUs and shares of GPUs that no running pod requests.",
                "sum(gpu_cluster:gpus_free:by_node)",
            ),
            number(
                "Alerts",
                "Firing alerts.",
                'count(ALERTS{alertstate="firing"}) or vector(0)',
            ),
            lines(
                "GPUs requested",
                "GPUs that running pods request, and allocatable GPUs of nodes, by resource.",
                {
                    "requested {{resource}}": "sum by (resource) (gpu_cluster:gpus_requested:by_node)",
                    "allocatable {{resource}}": "sum by (resource) (gpu_cluster:gpus_allocatable:by_node)",
                },
            ),
            lines(
                "GPU utilization",
                "Mean over the GPUs of each pool.",
                {"{{pool}}": "avg by (pool) (DCGM_FI_DEV_GPU_UTIL)"},
                unit="percent",
            ),
            lines(
                "Power",
                "Power of all GPUs of each pool.",
                {"{{pool}}": "sum by (pool) (DCGM_FI_DEV_POWER_USAGE)"},
                unit="watt",
            ),
            lines(
                "Unschedulable pods",
                "Pods for which the scheduler finds no node, by namespace.",
                {"{{namespace}}": "sum by (namespace) (kube_pod_status_unschedulable)"},
            ),
            table(
                "GPUs with an XID",
                "Last XID of each GPU that has had one; docs/alerts.md explains the codes.",
                "max by (node, pool, gpu) (DCGM_FI_DEV_XID_ERRORS) > 0",
            ),
            table(
                "Firing alerts",
                "Firing alerts by name, severity and object.",
                'max by (alertname, severity, node, namespace, pool, model) (ALERTS{alertstate="firing"})',
            ),
        ],
    )
