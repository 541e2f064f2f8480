"""EKS records of the account, kept in memory while its server runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks.node_group_record import NodeGroupRecord

Document = dict[str, Any]
"""A resource of EKS, as its API describes it."""


@dataclass
class ClusterRecord:
    """A cluster and the records that are deleted with it."""

    document: Document
    creator: str
    """Principal that created it."""

    interfaces: list[str]
    """Network interfaces through which the control plane reaches the nodes."""

    self_managed_addons: bool = True
    """True if VPC CNI and CoreDNS were installed by default, not as add-ons."""

    node_groups: dict[str, NodeGroupRecord] = field(default_factory=dict[str, NodeGroupRecord])
    addons: dict[str, Document] = field(default_factory=dict[str, Document])
    entries: dict[str, Document] = field(default_factory=dict[str, Document])
    """Access entries by principal."""

    policies: dict[str, dict[str, Document]] = field(default_factory=dict[str, dict[str, Document]])
    """Associated access policies by principal and policy."""

    identities: dict[str, Document] = field(default_factory=dict[str, Document])
    """Pod identity associations by id."""

    @property
    def name(self) -> str:
        return self.document["name"]

    @property
    def has_network_plugin(self) -> bool:
        return self.self_managed_addons or "vpc-cni" in self.addons

    @property
    def version(self) -> str:
        return self.document["version"]

    def tagged(self) -> Iterator[tuple[str, Document]]:
        """All resources with tags, by ARN."""
        yield self.document["arn"], self.document
        for group in self.node_groups.values():
            yield group.document["nodegroupArn"], group.document
        for documents, key in (
            (self.addons, "addonArn"),
            (self.entries, "accessEntryArn"),
            (self.identities, "associationArn"),
        ):
            for document in documents.values():
                yield document[key], document


_CLUSTERS: dict[tuple[str, str], ClusterRecord] = {}  # by region and name


def clusters() -> list[tuple[str, ClusterRecord]]:
    """Every cluster with its region."""
    return [(region, cluster) for (region, _), cluster in _CLUSTERS.items()]


def clusters_in(region: str) -> dict[str, ClusterRecord]:
    return {name: cluster for (there, name), cluster in _CLUSTERS.items() if there == region}


def add(region: str, cluster: ClusterRecord) -> None:
    _CLUSTERS[region, cluster.name] = cluster


def remove(region: str, name: str) -> None:
    del _CLUSTERS[region, name]


def cluster_of(region: str, name: str) -> ClusterRecord:
    """`ApiError` if it does not exist."""
    if found := _CLUSTERS.get((region, name)):
        return found
    raise ApiError("ResourceNotFoundException", f"No cluster found for name: {name}.")


def now() -> datetime:
    return datetime.now(UTC)


def arn(cluster: ClusterRecord, kind: str, *path: str) -> str:
    """The ARN of something in a cluster: arn:aws:eks:…:addon/<cluster>/coredns/<id>."""
    home = cluster.document["arn"].rpartition(":")[0]
    return f"{home}:{kind}/{'/'.join((cluster.name, *path))}"
