"""Team: the namespace of one team, or any other."""

from dashboards.panels import Board, choice, lines, number
from dashboards.panels import dashboard as made

_IN = 'namespace="$namespace"'


def dashboard() -> Board:
    return made(
        "team",
        "Team",
        "One namespace: GPUs against its quota, how well they are used, and what its pods lack.",
        [
            number(
                "GPUs held",
                "GPUs and shares of GPUs that its running pods ask for.",
                f"sum(gpu_cluster:gpus_requested:by_namespace{{{_IN}}}) or vector(0)",
            ),
            number(
                "US dollars an hour",
                "On-demand price of the GPUs that its running pods hold.",
                f"sum(gpu_cluster:gpu_usd_per_hour:by_namespace{{{_IN}}}) or vector(0)",
                unit="currencyUSD",
            ),
            number(
                "Pods that find no node",
                "Pods that the scheduler can place nowhere.",
                f"sum(kube_pod_status_unschedulable{{{_IN}}}) or vector(0)",
            ),
            number(
                "Restarts in a day",
                "Containers that ended and were started again.",
                f"sum(increase(kube_pod_container_status_restarts_total{{{_IN}}}[1d])) or vector(0)",
            ),
            lines(
                "Quota",
                "Requests within the quota, as a part of what it allows, by resource.",
                {
                    "{{resource}}": f'max by (resource) (kube_resourcequota{{{_IN}, type="used"}})'
                    f' / max by (resource) (kube_resourcequota{{{_IN}, type="hard"}} > 0)'
                },
                unit="percentunit",
            ),
            lines(
                "GPU utilization",
                "Of the GPUs that its pods hold.",
                {"{{pod}} GPU {{gpu}}": f"max by (pod, gpu) (DCGM_FI_DEV_GPU_UTIL{{{_IN}}})"},
                unit="percent",
            ),
            lines(
                "Pods",
                "By phase.",
                {"{{phase}}": f"sum by (phase) (kube_pod_status_phase{{{_IN}}})"},
            ),
            lines(
                "Volumes",
                "Part of each volume that is used.",
                {
                    "{{persistentvolumeclaim}}": "1 - max by (persistentvolumeclaim) "
                    f"(kubelet_volume_stats_available_bytes{{{_IN}}}"
                    f" / kubelet_volume_stats_capacity_bytes{{{_IN}}})"
                },
                unit="percentunit",
            ),
            lines(
                "Processors",
                "Processors that its containers use.",
                {
                    "{{pod}}": "sum by (pod) (rate("
                    f'container_cpu_usage_seconds_total{{{_IN}, container!=""}}[$__rate_interval]))'
                },
            ),
            lines(
                "Memory",
                "Memory that its containers hold.",
                {"{{pod}}": f'sum by (pod) (container_memory_working_set_bytes{{{_IN}, container!=""}})'},
                unit="bytes",
            ),
        ],
        choices=[choice("namespace", "Namespace", "label_values(kube_pod_status_phase, namespace)")],
    )
