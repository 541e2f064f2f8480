"""Rules for instances: SSH access, public addresses and user data."""

from collections.abc import Iterator

from gpu_cluster.unknown import UNKNOWN
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
from gpu_cluster_policies.resources.secret_text import holds_secret
from gpu_cluster_policies.resources.user_data import plain_text, user_data
from gpu_cluster_policies.rule import Level, Violation, rule

_ADDRESSES = {"aws:ec2/eip:Eip": "instance", "aws:ec2/eipAssociation:EipAssociation": "instanceId"}
"""Property with the instance of a public address, by type."""

_SERVERS = (LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, *INSTANCES, NODE_CLASS, SPOT_FLEET, *_ADDRESSES)


@rule(
    11,
    "no-open-ssh",
    "Nodes are not open to SSH from the internet",
    of=each(NODE_GROUP),
    level=Level.MANDATORY,
    references="CKV_AWS_100",
    fix="remove remoteAccess, which gpu-cluster:pools does not set; use Session Manager, or set "
    "sourceSecurityGroupIds",
)
def no_open_ssh(group: Resource) -> Iterator[Violation]:
    """With a key and no security group, EKS opens port 22 of every node to the internet."""
    access = group.at("remoteAccess")
    sources = access.at("sourceSecurityGroupIds")
    if access.at("ec2SshKey").value and not sources.value:
        yield Violation(sources, "the allowed security groups")


@subjects(*_SERVERS)
def _public_addresses(resource: Resource) -> Iterator[Property]:
    """Properties that assign a public IP address."""
    if resource.kind == NODE_CLASS:
        yield resource.at("spec", "associatePublicIPAddress")
        return
    if resource.kind in _ADDRESSES:
        yield resource.at(_ADDRESSES[resource.kind])
        return
    if resource.kind == SPOT_FLEET:
        for launched in resource.at("launchSpecifications").items():
            yield launched.at("associatePublicIpAddress")
        return
    if resource.kind != LAUNCH_TEMPLATE:
        yield resource.at("associatePublicIpAddress")
        return
    for interface in resource.at("networkInterfaces").items():
        yield interface.at("associatePublicIpAddress")
        yield interface.at("associateCarrierIpAddress")


@rule(
    14,
    "no-public-nodes",
    "Instances have no public IP address",
    of=_public_addresses,
    level=Level.MANDATORY,
    references="FSBP EC2.25; FSBP EC2.9; CKV_AWS_88; trivy AWS-0009",
    fix="use gpu-cluster:pools; otherwise remove associatePublicIpAddress and the Elastic IP",
)
def no_public_nodes(public: Property) -> Iterator[Violation]:
    """With a public address, a gap in a security group is open to the internet; egress uses NAT or an
    endpoint."""
    if public.path in _ADDRESSES.values():
        if public.content is not None:  # known or not, it is an instance
            shown = "an instance" if public.content is UNKNOWN else public.shown
            yield Violation(public, "not set", actual=shown)
    elif public.value in (True, "true"):
        yield Violation(public, "false")


@rule(
    16,
    "no-credentials-in-user-data",
    "User data contains no credentials",
    of=user_data,
    level=Level.MANDATORY,
    references="trivy AWS-0029; CKV_AWS_46",
    fix="grant permissions to the node role, or read a secret from Secrets Manager at startup",
)
def no_credentials_in_user_data(given: Property) -> Iterator[Violation]:
    """User data is readable with permission to describe launch templates, and by every process on the
    node."""
    if given.value is None:
        return
    line = holds_secret(plain_text(given))
    if line:
        yield Violation(given, "text without credentials", actual=f"text with credentials in line {line}")
