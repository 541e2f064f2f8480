"""Simulated pods of a cluster's add-ons: their CustomResourceDefinitions and CSI drivers."""

from collections.abc import Callable, Collection

from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.controllers.eks_listing import list_in_clusters

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_SNAPSHOTS = "snapshot.storage.k8s.io"
_KINDS = {
    "snapshot-controller": (
        ("VolumeSnapshot", "Namespaced"),
        ("VolumeSnapshotClass", "Cluster"),
        ("VolumeSnapshotContent", "Cluster"),
    ),
}
"""Kinds that an add-on defines, with their scope. Source: kubernetes-csi/external-snapshotter, 2026-11-21."""

_DRIVERS = {
    "aws-ebs-csi-driver": "ebs.csi.aws.com",
    "aws-efs-csi-driver": "efs.csi.aws.com",
    "aws-fsx-csi-driver": "fsx.csi.aws.com",
    "aws-mountpoint-s3-csi-driver": "s3.csi.aws.com",
}

Installed = Callable[[], Collection[str]]
"""Names of a cluster's add-ons."""


def installed_in(account: Api) -> Installed:
    """The add-ons of the account's clusters in its region."""

    def ask() -> Collection[str]:
        return {addon for _, addon in list_in_clusters(account, "ListAddons", "addons")}

    return ask


def drivers_of(addons: Collection[str]) -> Collection[str]:
    """Storage drivers that add-ons are."""
    return {driver for addon, driver in _DRIVERS.items() if addon in addons}


def define(api: DynamicClient, addons: Collection[str]) -> None:
    """Define the kinds of these add-ons in the cluster, and delete those of others."""
    there = {each["metadata"]["name"] for each in api.items(_DEFINITIONS)}
    for addon, kinds in _KINDS.items():
        for kind, scope in kinds:
            definition = _definition(kind, scope)
            name = definition["metadata"]["name"]
            if addon in addons and name not in there:
                api.create(_DEFINITIONS, definition)
            elif addon not in addons and name in there:
                api.delete(f"{_DEFINITIONS}/{name}")


def _definition(kind: str, scope: str) -> Object:
    """Any content is accepted: only the existence of the kind matters."""
    plural = f"{kind.lower()}es" if kind.endswith("s") else f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{_SNAPSHOTS}",
            "annotations": {
                "api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter"
            },
        },
        "spec": {
            "group": _SNAPSHOTS,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "scope": scope,
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
