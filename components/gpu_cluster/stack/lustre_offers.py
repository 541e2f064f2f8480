"""FSx for Lustre in regions whose price list does not have it."""

from collections.abc import Iterator

from gpu_cluster.catalog import PRICED_REGIONS, SERVICE_PRICES
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import FsxLustre

_THROUGHPUTS = (125, 250, 500, 1000)


def unlisted_lustre(stack: Stack) -> Iterator[str]:
    """Notes on stores that AWS may not offer: its price list has no PERSISTENT_2 of their throughput.

    No API of AWS lists the regions of a deployment type; FSx refuses such a file system when it is created.
    """
    region = stack.region or ""
    if not isinstance(stack.cluster, EksSettings) or region not in PRICED_REGIONS:
        return
    listed = [it for it in _THROUGHPUTS if (f"lustre-{it}", region) in SERVICE_PRICES]
    for name, store in stack.storage.items():
        if not isinstance(store, FsxLustre) or store.throughput in listed:
            continue
        there = f"it has {', '.join(map(str, listed))}" if listed else "it has none"
        yield (
            f"store {name}: AWS's price list of FSx has no PERSISTENT_2 file system with throughput "
            f"{store.throughput} in {region} ({there}), so it may not be offered there"
        )
