"""Fleet: all nodes and GPUs at a glance."""

from dashboards.panels import Board, lines, number, table
from dashboards.panels import dashboard as made


def dashboard() -> Board:
    return made(
        "fleet",
        "Fleet",
        "All nodes and GPUs: how many there are, how many are held, used and faulty.",
        [
            number(
                "Nodes ready",
                "Nodes whose kubelet says that they are ready.",
                'sum(kube_node_status_condition{condition="Ready", status="true"})',
            ),
            number(
                "Nodes not ready",
                "Nodes that are not ready, or of which nothing is heard.",
                'sum(kube_node_status_condition{condition="Ready", status!="true"})',
            ),
            number(
                "GPUs free",
                "GPUs and shares of GPUs that no running pod asks for.",
                "sum(gpu_cluster:gpus_free:by_node)",
            ),
            number(
                "Alerts",
                "Alerts that fire now.",
                'count(ALERTS{alertstate="firing"}) or vector(0)',
            ),
            lines(
                "GPUs held",
                "GPUs that running pods ask for, beside those that nodes offer, by resource.",
                {
                    "held {{resource}}": "sum by (resource) (gpu_cluster:gpus_requested:by_node)",
                    "offered {{resource}}": "sum by (resource) (gpu_cluster:gpus_allocatable:by_node)",
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
                "Pods that find no node",
                "Pods that the scheduler can place nowhere, by namespace.",
                {"{{namespace}}": "sum by (namespace) (kube_pod_status_unschedulable)"},
            ),
            table(
                "GPUs with an XID",
                "Last XID of each GPU that has had one; docs/alerts.md says what it means.",
                "max by (node, pool, gpu) (DCGM_FI_DEV_XID_ERRORS) > 0",
            ),
            table(
                "Alerts that fire",
                "By name, severity and object.",
                'max by (alertname, severity, node, namespace, pool, model) (ALERTS{alertstate="firing"})',
            ),
        ],
    )
