"""Cost: GPUs by namespace and pool, at their on-demand price."""

from dashboards.panels import POOL_OF_NODE, Board, lines, number, table
from dashboards.panels import dashboard as made

_HELD = "gpu_cluster:gpu_usd_per_hour:by_namespace"
_PRICE = "gpu_cluster:gpu_usd_per_hour:by_pool"


def _priced(gpus: str) -> str:
    """US dollars an hour of GPUs by node, summed over the nodes of each pool."""
    return (
        f"sum by (pool) ({gpus} * on (node) group_left (pool) {POOL_OF_NODE}"
        f" * on (pool) group_left () {_PRICE})"
    )


def dashboard() -> Board:
    offered = _priced("gpu_cluster:gpus_allocatable:by_node")
    free = _priced("gpu_cluster:gpus_free:by_node")
    return made(
        "cost",
        "Cost",
        "On-demand price of GPUs: on running nodes, requested by namespace, and free. "
        "Discounts, disks and traffic are not included.",
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
