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
        "GPUs at their on-demand price: of nodes that run, of namespaces that hold them, and of nobody. "
        "Discounts, disks and traffic are not in it.",
        [
            number(
                "GPUs, US dollars an hour",
                "GPUs of all nodes that run.",
                f"sum({offered})",
                unit="currencyUSD",
            ),
            number(
                "Held, US dollars an hour",
                "GPUs that running pods hold.",
                f"sum({_HELD}) or vector(0)",
                unit="currencyUSD",
            ),
            number(
                "Free, US dollars an hour",
                "GPUs that no running pod asks for.",
                f"sum({free})",
                unit="currencyUSD",
            ),
            number(
                "Held in the time shown",
                "US dollars of GPUs that pods held, over the time that is shown.",
                f"sum(avg_over_time({_HELD}[$__range])) * $__range_s / 3600",
                unit="currencyUSD",
            ),
            lines(
                "Held by namespace",
                "US dollars an hour of the GPUs that running pods hold.",
                {"{{namespace}}": _HELD},
                unit="currencyUSD",
            ),
            lines(
                "Free by pool",
                "US dollars an hour of GPUs that no running pod asks for.",
                {"{{pool}}": free},
                unit="currencyUSD",
            ),
            table(
                "Namespaces in the time shown",
                "US dollars of the GPUs that pods of each namespace held.",
                f"sort_desc(sum by (namespace) (avg_over_time({_HELD}[$__range])) * $__range_s / 3600)",
            ),
            table(
                "Price of a GPU",
                "US dollars an hour of one GPU, or of one share of it. Pools of unlike shares have none.",
                f"max by (pool) ({_PRICE})",
            ),
        ],
    )
