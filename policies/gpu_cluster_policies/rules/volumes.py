"""Rules for EBS volumes and storage classes."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster_policies.customer_key import not_encrypted
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each, subjects
from gpu_cluster_policies.resources.resource_types import (
    INSTANCES,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    NODE_CLASS,
    NODE_GROUP,
    SPOT_FLEET,
)
from gpu_cluster_policies.rule import Level, Violation, rule, should_be, stack_rule

_VOLUMES = (
    "aws:ebs/volume:Volume",
    "aws:ebs/snapshotCopy:SnapshotCopy",
    "aws:ebs/snapshotImport:SnapshotImport",
    "aws:ec2/amiCopy:AmiCopy",
)
_AMI = "aws:ec2/ami:Ami"
_BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
_EBS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com")


@dataclass(frozen=True)
class _Disk:
    """Settings of a volume, or of the volumes of a launch template."""

    owner: Resource
    settings: Property
    key: str


@subjects(
    *_VOLUMES,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    *INSTANCES,
    NODE_CLASS,
    NODE_GROUP,
    SPOT_FLEET,
    _AMI,
    _BY_DEFAULT,
)
def _disks(resource: Resource) -> Iterator[_Disk]:
    """Disks with their keys; a node group without a launch template has none, because EKS sets no key."""
    template = resource.at("launchTemplate")
    if resource.kind == NODE_GROUP:
        if not template.value:
            yield _Disk(resource, template, "")
    elif resource.kind == _BY_DEFAULT:
        if resource.at("enabled").value is False:
            yield _Disk(resource, resource.at("enabled"), "")
    elif resource.kind == _AMI:
        disks = resource.at("ebsBlockDevices").items()  # one of a snapshot is encrypted as that is
        yield from (_Disk(resource, it, "") for it in disks if it.at("snapshotId").content is None)
    elif resource.kind == SPOT_FLEET:
        for launched in resource.at("launchSpecifications").items():
            yield _Disk(resource, launched.at("rootBlockDevice"), "kmsKeyId")
            for disk in launched.at("ebsBlockDevices").items():
                yield _Disk(resource, disk, "kmsKeyId")
    elif resource.kind in _VOLUMES:
        yield _Disk(resource, resource.root, "kmsKeyId")
    elif resource.kind == NODE_CLASS:
        yield from _mapped(resource, resource.at("spec", "blockDeviceMappings"), "kmsKeyID")
    elif resource.kind == LAUNCH_TEMPLATE:
        yield from _mapped(resource, resource.at("blockDeviceMappings"), "kmsKeyId")
    else:
        root = resource.at("rootBlockDevice")
        if root.value is not None or template.value is None:
            yield _Disk(resource, root, "kmsKeyId")
        for disk in resource.at("ebsBlockDevices").items():
            yield _Disk(resource, disk, "kmsKeyId")


def _mapped(resource: Resource, mappings: Property, key: str) -> Iterator[_Disk]:
    """Volumes of a launch template; without any, the unknown ones of the image."""
    if not mappings.value:
        yield _Disk(resource, mappings, key)
    for mapping in mappings.items():
        ebs = mapping.at("ebs")
        if ebs.value is not None:
            yield _Disk(resource, ebs, key)


@stack_rule(
    15,
    "volumes-encrypted",
    "EBS volumes are encrypted with a customer managed key",
    of=_disks,
    level=Level.MANDATORY,
    references="CKV_AWS_3; CKV_AWS_189; trivy AWS-0026; trivy AWS-0027; FSBP EC2.3; "
    "pulumi compliance-policies",
    fix="use gpu-cluster:pools.<name>.disk and gpu-cluster:storage; otherwise set encrypted and a "
    "customer managed key, for a node group in its launch template",
)
def volumes_encrypted(disk: _Disk, inventory: Inventory) -> Iterator[Violation]:
    """Volumes and their snapshots contain weights and prompts."""
    if disk.owner.kind == NODE_GROUP:
        yield Violation(disk.settings, "a launch template with volumes encrypted by a customer managed key")
        return
    if disk.owner.kind in (_AMI, _BY_DEFAULT):  # which take the account's key
        encrypted = disk.settings if disk.owner.kind == _BY_DEFAULT else disk.settings.at("encrypted")
        if encrypted.value is not True:
            yield Violation(encrypted, "true")
        return
    yield from not_encrypted(disk.owner, disk.settings, inventory, key=disk.key)


@rule(
    43,
    "storage-class",
    "Storage classes encrypt and retain their volumes",
    of=each("StorageClass"),
    level=Level.PRODUCTION,
    references="C-0264",
    fix="use gpu-cluster:storage with reclaim: retain; "
    'otherwise set reclaimPolicy: Retain, and for EBS parameters.encrypted: "true"',
)
def storage_class(storage: Resource) -> Iterator[Violation]:
    """EBS encrypts volumes only on request, and deleting a claim by mistake deletes its data."""
    encrypted = storage.at("parameters", "encrypted")
    if storage.at("provisioner").value in _EBS and encrypted.value not in (True, "true"):
        yield Violation(encrypted, '"true"')
    yield from should_be(storage.at("reclaimPolicy"), "Retain")
