"""In place of Karpenter's controller: what it asks AWS for, with the rights of its own role.

What AWS would refuse does not stop a rehearsal, which would then wait for ever: it is noted, and raised at
the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.errors import RehearsalError

_CLASSES = "/apis/karpenter.k8s.aws/v1/ec2nodeclasses"
_FINALIZER = "karpenter.k8s.aws/termination"
_SERVICE_ACCOUNT = {"namespace": "kube-system", "serviceAccount": "karpenter"}
_EBS = "ebs.csi.aws.com"
_ATTACHES_TO = ("eks:cluster-name", "ebs.csi.aws.com/cluster-name")
"""An instance without one of these tags gets no volume of the EBS driver. Source: docs.aws.amazon.com,
aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy, 2026-11-28."""

_REFUSED = ("AccessDenied", "UnauthorizedOperation")


@dataclass(frozen=True)
class KarpenterFinalizer:
    """Lets EC2NodeClasses go as their finalizer does, and looks at the tags of their instances.

    karpenter = KarpenterFinalizer(api, account)
    karpenter.finalize()  # over and over
    karpenter.require_all_allowed()
    """

    api: DynamicClient
    account: Api
    """In the region of the cluster."""

    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Refusals of AWS, by their subject."""

    def finalize(self) -> None:
        """Take up the finalizers of new EC2NodeClasses, and go through those of deleted ones.

        Source: pkg/controllers/nodeclass/controller.go of karpenter-provider-aws v1.13.0, 2026-11-28.
        """
        for each in self._classes():
            finalizers: list[str] = each["metadata"].get("finalizers", [])
            if not each["metadata"].get("deletionTimestamp"):
                self._look_at_tags(each)
                if _FINALIZER not in finalizers:
                    self._set(each, [*finalizers, _FINALIZER])
            elif _FINALIZER in finalizers:
                self._clean_up(each)
                self._set(each, [it for it in finalizers if it != _FINALIZER])

    def require_all_allowed(self) -> None:
        """`RehearsalError` with all that AWS would refuse."""
        if self.refused:
            raise RehearsalError("\n".join(self.refused.values()))

    def _classes(self) -> list[Object]:
        """None where the cluster does not know the kind."""
        try:
            return self.api.items(_CLASSES)
        except httpx2.HTTPStatusError as error:
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise
            return []

    def _set(self, node_class: Object, finalizers: list[str]) -> None:
        name = node_class["metadata"]["name"]
        self.api.patch(f"{_CLASSES}/{name}", {"metadata": {"finalizers": finalizers}})

    def _clean_up(self, node_class: Object) -> None:
        """Look for instance profiles that Karpenter made for it, and for the one of older versions."""
        name, uid = node_class["metadata"]["name"], node_class["metadata"]["uid"]
        for cluster, role in self._roles():
            own = Api(
                self.account.endpoint, self.account.region, identity.access_key(role), self.account.send
            )
            below = f"/karpenter/{self.account.region}/{cluster}/{uid}/"
            listed = self._ask(own, name, "ListInstanceProfiles", PathPrefix=below)
            profiles = [it["InstanceProfileName"] for it in listed.get("InstanceProfiles", [])]
            for profile in (*profiles, f"{cluster}_{name}"):
                self._ask(own, name, "GetInstanceProfile", InstanceProfileName=profile)

    def _ask(self, own: Api, name: str, operation: str, **asked: Any) -> dict[str, Any]:
        try:
            return own.call("iam", operation, **asked)
        except ApiError as error:
            if error.code.startswith(_REFUSED):
                self.refused[f"{name} {operation}"] = (
                    f"EC2NodeClass {name} would never be gone: its finalizer calls iam:{operation}, "
                    f"which the role of Karpenter does not allow ({error.message})"
                )
            elif not error.is_gone:
                raise
        return {}

    def _roles(self) -> Iterator[tuple[str, str]]:
        """The cluster, and the role that the pods of Karpenter have there."""
        for cluster in self.account.call("eks", "ListClusters")["clusters"]:
            there = {"clusterName": cluster}
            listed = self.account.call("eks", "ListPodIdentityAssociations", **there, **_SERVICE_ACCOUNT)
            for each in listed["associations"]:
                id: str = each["associationId"]
                answer = self.account.call("eks", "DescribePodIdentityAssociation", **there, associationId=id)
                yield cluster, answer["association"]["roleArn"]

    def _look_at_tags(self, node_class: Object) -> None:
        """Volumes of EBS are attached to no instance that does not say of which cluster it is."""
        tags, name = node_class["spec"].get("tags", {}), node_class["metadata"]["name"]
        drivers = {it["provisioner"] for it in self.api.items("/apis/storage.k8s.io/v1/storageclasses")}
        if _EBS not in drivers or name in self.refused:
            return
        clusters: list[str] = self.account.call("eks", "ListClusters")["clusters"]
        if not any(tags.get(tag) in clusters for tag in _ATTACHES_TO):
            self.refused[name] = (
                f"no volume of EBS could be attached to nodes of EC2NodeClass {name}: the policy of the EBS "
                "driver, AmazonEBSCSIDriverEKSClusterScopedPolicy, asks for instances with the name of the "
                f"cluster in tag {' or '.join(_ATTACHES_TO)}, and spec.tags has neither"
            )
