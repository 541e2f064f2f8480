"""Resources of EKS in the clusters of an account."""

from collections.abc import Iterator

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError


def list_in_clusters(account: Api, operation: str, key: str) -> Iterator[tuple[str, str]]:
    """Cluster and name of all items that an operation lists below a key, without clusters deleted meanwhile.

    list_in_clusters(account, "ListAddons", "addons")  # ("prod", "coredns"), …
    """
    for cluster in account.call("eks", "ListClusters")["clusters"]:
        try:
            names: list[str] = account.call("eks", operation, clusterName=cluster)[key]
        except ApiError as error:
            if not error.is_gone:
                raise
            names = []
        yield from ((cluster, name) for name in names)
