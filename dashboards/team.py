"""Team: the namespace of one team, or any other."""

from dashboards.panels import Board, choice, lines, number
from dashboards.panels import dashboard as made

_IN = 'namespace="$namespace"'


def dashboard() -> Board:
    return made(
        "team",
        "Team",
        "One namespace: GPU quota, utilization and unschedulable pods.",
        [
            number(
                "GPUs requested",
                "GPUs and shares of GPUs that its running pods request.",
                f"sum(gpu_cluster:gpus_requested:by_namespace{{{_IN}}}) or vector(0)",
            ),
            number(
                "US dollars an hour",
                "On-demand price of the GPUs that its running pods request.",
                f"sum(gpu_cluster:gpu_usd_per_hour:by_namespace{{{_IN}}}) or vector(0)",
                unit="currencyUSD",
            ),
            number(
                "Unschedulable pods",
                "Pods for which the scheduler finds no node.",
                f"sum(kube_pod_status_unschedulable{{{_IN}}}) or vector(0)",
            ),
            number(
                "Restarts in a day",
                "Container restarts in the last day.",
                f"sum(increase(kube_pod_container_status_restarts_total{{{_IN}}}[1d])) or vector(0)",
            ),
            lines(
                "Quota",
                "Fraction of the quota in use, by resource.",
                {
                    "{{resource}}": f'max by (resource) (kube_resourcequota{{{_IN}, type="used"}})'
                    f' / max by (resource) (kube_resourcequota{{{_IN}, type="hard"}} > 0)'
                },
                unit="percentunit",
            ),
            lines(
                "GPU utilization",
                "GPUs of its pods.",
                {"{{pod}} GPU {{gpu}}": f"max by (pod, gpu) (DCGM_FI_DEV_GPU_UTIL{{{_IN}}})"},
                unit="percent",
            ),
            lines(
                "Pods",
                "Pods by phase.",
                {"{{phase}}": f"sum by (phase) (kube_pod_status_phase{{{_IN}}})"},
            ),
            lines(
                "Volumes",
                "Fraction of each volume in use.",
                {
                    "{{persistentvolumeclaim}}": "1 - max by (persistentvolumeclaim) "
                    f"(kubelet_volume_stats_available_bytes{{{_IN}}}"
                    f" / kubelet_volume_stats_capacity_bytes{{{_IN}}})"
                },
                unit="percentunit",
            ),
            lines(
                "CPU",
                "CPU cores that its containers use.",
                {
                    "{{pod}}": "sum by (pod) (rate("
                    f'container_cpu_usage_seconds_total{{{_IN}, container!=""}}[$__rate_interval]))'
                },
            ),
            lines(
                "Memory",
                "Working set memory of its containers.",
                {"{{pod}}": f'sum by (pod) (container_memory_working_set_bytes{{{_IN}, container!=""}})'},
                unit="bytes",
            ),
        ],
        choices=[choice("namespace", "Namespace", "label_values(kube_pod_status_phase, namespace)")],
    )
