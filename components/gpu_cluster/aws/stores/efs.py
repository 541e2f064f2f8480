"""A file system of EFS that all zones of a cluster share."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.aws.logical_name import logical_name
from gpu_cluster.aws.stores.file_system_network import FileSystemNetwork, allow_ingress
from gpu_cluster.config.storage import Efs

_NFS = [(2049, 2049)]


class FileSystem(pulumi.ComponentResource):
    """EFS file system, encrypted at rest and in transit, with a mount target in each zone.

    FileSystem("platform-stores-home", "home", settings, network, …).file_system_id
    """

    file_system_id: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        key: str,
        settings: Efs,
        network: FileSystemNetwork,
        *,
        data_key: pulumi.Input[str],
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:FileSystem", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        named = logical_name("aws:efs/fileSystem:FileSystem", f"{name}-files")
        files = aws.efs.FileSystem(
            named.name,
            encrypted=True,
            kms_key_id=data_key,
            throughput_mode=settings.throughput,
            lifecycle_policies=[
                {"transition_to_ia": _after(settings.cool_after_days)},
                {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
            ],
            tags={"Name": key},
            opts=pulumi.ResourceOptions(
                parent=self, protect=protect, retain_on_delete=protect, aliases=named.aliases
            ),
        )
        group = network.closed_group(name, f"EFS of storage class {key}", opts=child)
        allow_ingress(name, group.id, network.clients, _NFS, opts=child)
        policy = aws.efs.FileSystemPolicy(
            f"{name}-policy",
            file_system_id=files.id,
            policy=_encrypted_only(files.arn),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        for zone, subnet in network.subnets.items():
            aws.efs.MountTarget(
                f"{name}-{zone}",
                file_system_id=files.id,
                subnet_id=subnet,
                security_groups=[group.id],
                # Before mount targets, so that unencrypted mounts are always refused; one target per zone.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy], delete_before_replace=True),
            )

        self.file_system_id = files.id
        self.arn = files.arn
        self.register_outputs({"file_system_id": self.file_system_id})


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"


def _encrypted_only(arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """Clients that reach a mount target may read and write, by TLS; root has no more rights than others."""
    everybody = {"AWS": "*"}
    return policy_document(
        {
            "Effect": "Allow",
            "Principal": everybody,
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            "Resource": arn,
            "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
        },
        {
            "Effect": "Deny",
            "Principal": everybody,
            "Action": "*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )
