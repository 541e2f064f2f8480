"""Cost: GPUs by namespace and pool, at their on-demand price."""

from dashboards.panels import Board, lines, number, table
from dashboards.panels import dashboard as made

_HELD = "gpu_cluster:gpu_usd_per_hour:by_namespace"
_PRICE = "gpu_cluster:gpu_usd_per_hour:by_pool"


def _priced(gpus: str, *labels: str) -> str:
    """US dollars an hour of a series of GPUs, by pool and other labels."""
    by = ", ".join(("pool", *labels))
    return f"sum by ({by}) ({gpus}) * on (pool) group_left () {_PRICE}"


def dashboard() -> Board:
    offered = _priced("gpu_cluster:gpus_offered:by_kind")
    free = _priced("gpu_cluster:gpus_free:by_pool")
    idle = _priced("gpu_cluster:gpus_idle:by_workload", "namespace", "workload")
    models = _priced('gpu_cluster:gpus_held:by_workload{workload!=""}', "namespace", "workload")
    return made(
        "cost",
        "Cost",
        "On-demand price of GPUs: on running nodes, requested by namespace, and free. "
        "Discounts, spot prices and disks are not included: gpu-cluster cost --actual has them.",
        [
            number(
                "GPUs, US dollars an hour",
                "GPUs of all running nodes.",
                f"sum({offered})",
                unit="currencyUSD",
            ),
            number(
                "Requested, US dollars an hour",
                "GPUs that running pods request.",
                f"sum({_HELD}) or vector(0)",
                unit="currencyUSD",
            ),
            number(
                "Free, US dollars an hour",
                "GPUs that no running pod requests.",
                f"sum({free})",
                unit="currencyUSD",
            ),
            number(
                "Requested in the selected time range",
                "US dollars of GPUs that pods requested, over the selected time range.",
                f"sum(avg_over_time({_HELD}[$__range])) * $__range_s / 3600",
                unit="currencyUSD",
            ),
            lines(
                "Requested by namespace",
                "US dollars an hour of the GPUs that running pods request.",
                {"{{namespace}}": _HELD},
                unit="currencyUSD",
            ),
            lines(
                "Free by pool",
                "US dollars an hour of GPUs that no running pod requests.",
                {"{{pool}}": free},
                unit="currencyUSD",
            ),
            lines(
                "Requested and idle",
                "US dollars an hour of GPUs that pods request and have not used for 15 minutes.",
                {"{{namespace}} {{workload}}": idle},
                unit="currencyUSD",
            ),
            lines(
                "Requested by model",
                "US dollars an hour of the GPUs that models and services request.",
                {"{{namespace}} {{workload}}": models},
                unit="currencyUSD",
            ),
            table(
                "Namespaces in the selected time range",
                "US dollars of the GPUs that pods of each namespace requested.",
                f"sort_desc(sum by (namespace) (avg_over_time({_HELD}[$__range])) * $__range_s / 3600)",
            ),
            table(
                "Price of a GPU",
                "US dollars an hour of one GPU, or of one share of it. Pools with unequal shares have none.",
                f"max by (pool) ({_PRICE})",
            ),
        ],
    )
