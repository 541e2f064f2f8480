"""Simulated controller of the EBS CSI driver: it tries each volume in the account with the driver's role."""

from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.pod_role import role_of
from gpu_cluster_tools.rehearsal.errors import RehearsalError

DRIVER = "ebs.csi.aws.com"
_ACCOUNT = ("kube-system", "ebs-csi-controller-sa")
_OF_CLUSTER = "ebs.csi.aws.com/cluster-name"
"""Tag that the driver sets on its volumes, required by AmazonEBSCSIDriverEKSClusterScopedPolicy.

Source: AWS managed policy reference, read 2026-11-28.
"""


class EbsDriver:
    """Creates a test volume, attaches it to the instance of a node, and deletes it.

    EbsDriver(sandbox.aws).require("vision/scratch", node, {"encrypted": "true", "kmsKeyId": arn})
    """

    def __init__(self, api: Api) -> None:
        """`api`: the account, called by the rehearsal itself."""
        self._api = api

    def require(self, claim: str, node: dict[str, Any], parameters: dict[str, str]) -> None:
        """Create and attach a test volume. `RehearsalError` with AWS's message if the driver may not.

        `ApiError` if the account throttles the driver, which then tries again.

        `node` and `parameters` are those of the Kubernetes API; nodes without an instance attach no volume.
        """
        instance = node["spec"].get("providerID", "").rpartition("/")[2]
        try:
            self._try(node["metadata"]["labels"]["topology.kubernetes.io/zone"], instance, parameters)
        except ApiError as error:
            if error.is_throttled:  # the driver tries again
                raise
            raise RehearsalError(f"claim {claim}: the EBS driver cannot serve it: {error.message}") from error

    def _try(self, zone: str, instance: str, parameters: dict[str, str]) -> None:
        cluster, role = self._role()
        driver = Api(self._api.endpoint, zone[:-1], access_key=identity.access_key(role), send=self._api.send)
        key = {"KmsKeyId": parameters["kmsKeyId"]} if parameters.get("kmsKeyId") else {}
        volume = driver.call(
            "ec2",
            "CreateVolume",
            AvailabilityZone=zone,
            Size=1,
            Encrypted=parameters.get("encrypted") == "true",
            TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": _OF_CLUSTER, "Value": cluster}]},
            ],
            **key,
        )["VolumeId"]
        try:
            if instance:
                attached = {"VolumeId": volume, "InstanceId": instance}
                driver.call("ec2", "AttachVolume", Device="/dev/xvdaa", **attached)
                driver.call("ec2", "DetachVolume", **attached)
            driver.call("ec2", "DeleteVolume", VolumeId=volume)
        except ApiError:
            self._remove(volume)
            raise

    def _remove(self, volume: str) -> None:
        """Delete a test volume that the driver left, such as one whose detachment was throttled."""
        [found] = self._api.call("ec2", "DescribeVolumes", VolumeIds=[volume])["Volumes"]
        for each in found["Attachments"]:
            self._api.call("ec2", "DetachVolume", VolumeId=volume, InstanceId=each["InstanceId"])
        self._api.call("ec2", "DeleteVolume", VolumeId=volume)

    def _role(self) -> tuple[str, str]:
        """The cluster and the role of the driver's pods."""
        found = role_of(self._api, *_ACCOUNT)
        if found is None:
            raise ApiError("NoCredentialProviders", f"service account {'/'.join(_ACCOUNT)} has no role")
        return found
