"""The stores of a stack in its AWS account."""

from collections.abc import Mapping

import pulumi

from gpu_cluster.aws.stores.backups import Backups, BackupSelection, CopyDestination
from gpu_cluster.aws.stores.bucket import Bucket
from gpu_cluster.aws.stores.efs import FileSystem
from gpu_cluster.aws.stores.existing_bucket import ExistingBucket
from gpu_cluster.aws.stores.file_system_network import FileSystemNetwork
from gpu_cluster.aws.stores.lustre import Lustre
from gpu_cluster.aws.tags import class_tags
from gpu_cluster.config.partition import partition_of
from gpu_cluster.config.storage import Ebs, Efs, StorageSettings, backup_days
from gpu_cluster.config.stores import S3, FsxLustre
from gpu_cluster.config.zone import is_local
from gpu_cluster.kubernetes.storage.volume_source import LiveParameters, StorageResources

_S3_DRIVER = "aws-mountpoint-s3-csi-driver"


class Stores(pulumi.ComponentResource):
    """File systems and buckets: encrypted with the platform's keys, reachable only from its nodes, backed up.

    Stores("platform-stores", stack.storage, vpc_id=network.vpc_id, subnets=network.private,
           clients=eks.security_group_id, volumes_key=…, data_key=…, region=…, gbps=…, copies=…,
           protect=True).backing
    """

    backing: StorageResources
    """Volume sources for the cluster."""

    grants: Mapping[str, Mapping[str, pulumi.Input[str]]]
    """Policies, as JSON, that let the CSI drivers at them: by add-on and store."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, StorageSettings],
        *,
        vpc_id: pulumi.Input[str],
        subnets: Mapping[str, pulumi.Input[str]],
        clients: pulumi.Input[str],
        volumes_key: pulumi.Input[str],
        data_key: pulumi.Input[str],
        region: str,
        gbps: int,
        copies: CopyDestination | None = None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`subnets` by zone; `clients`: security group of the nodes; `copies`: destination of copies of
        backups. `gbps`: bandwidth of the fastest nodes, which limits reads of a mounted bucket."""
        super().__init__("gpu-cluster:index:Stores", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        network = FileSystemNetwork(
            vpc_id, {zone: it for zone, it in subnets.items() if not is_local(zone)}, clients
        )

        buckets = {
            key: Bucket(
                f"{name}-{key}",
                chosen,
                key=data_key,
                region=region,
                gbps=gbps,
                protect=protect,
                opts=child,
            )
            for key, chosen in settings.items()
            if isinstance(chosen, S3) and not chosen.bucket
        }
        existing = {
            key: ExistingBucket(key, chosen, region=region, gbps=gbps)
            for key, chosen in settings.items()
            if isinstance(chosen, S3) and chosen.bucket
        }
        every: dict[str, Bucket | ExistingBucket] = {**buckets, **existing}
        sources = {key: bucket.source for key, bucket in every.items()}
        made: dict[str, pulumi.Resource] = {**buckets}
        parameters: dict[str, LiveParameters] = {}
        tagged: dict[str, LiveParameters] = {}
        kept: dict[str, BackupSelection] = {}

        for key, chosen in settings.items():
            match chosen:
                case Ebs():
                    parameters[key] = {"kmsKeyId": volumes_key}
                    tags = class_tags(pulumi.get_stack(), key)
                    tagged[key] = {
                        f"tagSpecification_{number}": f"{tag}={value}"
                        for number, (tag, value) in enumerate(tags.items(), start=1)
                    }
                    kept[key] = BackupSelection(_volumes(region), backup_days(chosen), tags)
                case Efs():
                    files = FileSystem(
                        f"{name}-{key}",
                        key,
                        chosen,
                        network,
                        data_key=data_key,
                        protect=protect,
                        opts=child,
                    )
                    made[key] = files
                    parameters[key] = {"fileSystemId": files.file_system_id}
                    kept[key] = BackupSelection(files.arn, backup_days(chosen))
                case FsxLustre():
                    shown = every.get(chosen.s3 or "")
                    lustre = Lustre(
                        f"{name}-{key}",
                        key,
                        chosen,
                        network,
                        data_key=data_key,
                        objects=shown.objects if shown else chosen.s3,
                        protect=protect,
                        opts=child,
                    )
                    made[key] = lustre
                    sources[key] = lustre.source
                    kept[key] = BackupSelection(lustre.arn, backup_days(chosen))
                case _:
                    pass
        backed_up = {key: it for key, it in kept.items() if it.days}
        if backed_up:
            Backups(
                f"{name}-backups",
                backed_up,
                data_key=data_key,
                copies=copies,
                region=region,
                protect=protect,
                opts=child,
            )

        self.backing = StorageResources(parameters, tagged, sources, made)
        mounted = {key: bucket.grant for key, bucket in every.items()}
        self.grants = {_S3_DRIVER: mounted} if mounted else {}
        self.register_outputs({})


def _volumes(region: str) -> str:
    """Pattern of all volumes, selected by tags: the cluster creates EBS volumes."""
    return f"arn:{partition_of(region)}:ec2:*:*:volume/*"
