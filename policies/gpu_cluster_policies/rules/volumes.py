"""Rules for disks of EBS and for the storage classes that make them."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster_policies.customer_key import not_encrypted
from gpu_cluster_policies.inventory import Inventory
from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Resource, each, subjects
from gpu_cluster_policies.resource_types import (
    INSTANCES,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    NODE_CLASS,
    NODE_GROUP,
)
from gpu_cluster_policies.rule import Level, Violation, rule, should_be, stack_rule

_VOLUMES = ("aws:ebs/volume:Volume", "aws:ebs/snapshotCopy:SnapshotCopy")
_EBS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com")


@dataclass(frozen=True)
class _Disk:
    """Settings of a disk, or of the disks that a template makes."""

    owner: Resource
    settings: Property
    key: str


@subjects(*_VOLUMES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, *INSTANCES, NODE_CLASS, NODE_GROUP)
def _disks(resource: Resource) -> Iterator[_Disk]:
    """Of a node group that leaves its template to EKS, the place of one: EKS names no key."""
    template = resource.at("launchTemplate")
    if resource.kind == NODE_GROUP:
        if not template.value:
            yield _Disk(resource, template, "")
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
    """Its disks; where it names none, the ones of the image, of which nothing is known."""
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
    fix="leave disks to gpu-cluster:pools.<name>.disk and gpu-cluster:storage; "
    "elsewhere set encrypted and a key of your own, for a node group in its template",
)
def volumes_encrypted(disk: _Disk, inventory: Inventory) -> Iterator[Violation]:
    """Weights and prompts lie on them, and on every snapshot that is made of them and shared by mistake."""
    if disk.owner.kind == NODE_GROUP:
        yield Violation(disk.settings, "a template whose disks are encrypted with a key of your own")
        return
    yield from not_encrypted(disk.owner, disk.settings, inventory, key=disk.key)


@rule(
    43,
    "storage-class",
    "Storage classes encrypt and retain their volumes",
    of=each("StorageClass"),
    level=Level.PRODUCTION,
    references="C-0264",
    fix="leave the class to gpu-cluster:storage with reclaim: retain; "
    'elsewhere set reclaimPolicy: Retain, and for EBS parameters.encrypted: "true"',
)
def storage_class(storage: Resource) -> Iterator[Violation]:
    """EBS encrypts only what it is told to, and a claim deleted by mistake takes its data along."""
    encrypted = storage.at("parameters", "encrypted")
    if storage.at("provisioner").value in _EBS and encrypted.value not in (True, "true"):
        yield Violation(encrypted, '"true"')
    yield from should_be(storage.at("reclaimPolicy"), "Retain")
