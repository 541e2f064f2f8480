"""A file system of FSx for Lustre, for data that many GPUs read at once."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.stores.file_system_network import FileSystemNetwork, allow_egress, allow_ingress
from gpu_cluster.config.lustre import gibibytes
from gpu_cluster.config.stores import FsxLustre
from gpu_cluster.kubernetes.storage.volume_source import VolumeSource

# Lustre user guide of FSx, File system access control with Amazon VPC, 2026-11-21.
_LNET = [(988, 988), (1018, 1023)]
_CHANGES = ["NEW", "CHANGED", "DELETED"]


class Lustre(pulumi.ComponentResource):
    """Persistent FSx for Lustre file system on SSD in one zone, optionally linked to an S3 bucket.

    Lustre("platform-stores-datasets", "datasets", settings, network, objects="s3://example", …).source
    # VolumeSource("fs-0123456789abcdef0", {"dnsname": "fs-0123456789abcdef0.fsx.…", …})
    """

    arn: pulumi.Output[str]
    source: VolumeSource

    def __init__(
        self,
        name: str,
        key: str,
        settings: FsxLustre,
        network: FileSystemNetwork,
        *,
        data_key: pulumi.Input[str],
        objects: pulumi.Input[str] | None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`objects`: s3://bucket/path, or None."""
        super().__init__("gpu-cluster:index:Lustre", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = settings.zone or next(iter(network.subnets))

        group = network.closed_group(name, f"FSx for Lustre, store {key}", opts=child)
        # FSx refuses a group that does not admit port 988 yet (InvalidNetworkSettings; for a case of rules a
        # second late see github.com/aws/aws-parallelcluster/issues/6181, 2026-11-30).
        rules: list[pulumi.Resource] = []
        for peer, side in ((group.id, "servers"), (network.clients, "clients")):
            rules += allow_ingress(f"{name}-{side}", group.id, peer, _LNET, opts=child)
            rules += allow_egress(f"{name}-{side}", group.id, peer, _LNET, opts=child)
        # Its servers call back.
        allow_ingress(f"{name}-callback", network.clients, group.id, _LNET, opts=child)

        files = aws.fsx.LustreFileSystem(
            f"{name}-files",
            deployment_type="PERSISTENT_2",
            storage_type="SSD",
            storage_capacity=gibibytes(settings.size),
            per_unit_storage_throughput=settings.throughput,
            file_system_type_version="2.15",
            data_compression_type="LZ4",
            kms_key_id=data_key,
            subnet_ids=network.subnets[zone],
            security_group_ids=[group.id],
            # AWS Backup creates backups; file systems linked to a bucket cannot have any.
            automatic_backup_retention_days=0,
            skip_final_backup=objects is not None or not protect,
            tags={"Name": key},
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=rules, protect=protect, retain_on_delete=protect
            ),
        )
        if objects is not None:
            aws.fsx.DataRepositoryAssociation(
                f"{name}-objects",
                file_system_id=files.id,
                file_system_path="/",
                data_repository_path=objects,
                batch_import_meta_data_on_create=True,
                s3=aws.fsx.DataRepositoryAssociationS3Args(
                    auto_import_policy=aws.fsx.DataRepositoryAssociationS3AutoImportPolicyArgs(
                        events=_CHANGES
                    ),
                    auto_export_policy=aws.fsx.DataRepositoryAssociationS3AutoExportPolicyArgs(
                        events=_CHANGES
                    )
                    if settings.write_back
                    else None,
                ),
                # A folder is linked to one bucket at a time.
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )

        self.arn = files.arn
        self.source = VolumeSource(files.id, {"dnsname": files.dns_name, "mountname": files.mount_name})
        self.register_outputs({"arn": self.arn})
