"""Rules for the EC2 instance metadata service (IMDS), which provides the instance role's credentials."""

from collections.abc import Iterator

from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Resource, subjects
from gpu_cluster_policies.resource_types import (
    INSTANCES,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    NODE_CLASS,
    NODE_GROUP,
)
from gpu_cluster_policies.rule import Level, Violation, rule, should_be

_TEMPLATE = "launchTemplate"


@subjects(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, *INSTANCES, NODE_CLASS, NODE_GROUP)
def _metadata(resource: Resource) -> Iterator[Property]:
    """Metadata options of instances; none if IMDS is disabled or the launch template defines them.

    For a node group without a launch template, the property of the template: EKS creates one without metadata
    options.
    """
    if resource.kind == NODE_GROUP:
        if not resource.at(_TEMPLATE).value:
            yield resource.at(_TEMPLATE)
        return
    options = (
        resource.at("spec", "metadataOptions")
        if resource.kind == NODE_CLASS
        else resource.at("metadataOptions")
    )
    by_template = options.value is None and resource.at(_TEMPLATE).value is not None
    if not by_template and options.at("httpEndpoint").value != "disabled":
        yield options


@rule(
    12,
    "imdsv2",
    "Instances require IMDSv2",
    of=_metadata,
    level=Level.MANDATORY,
    references="CKV_AWS_79; trivy AWS-0130; FSBP EC2.8",
    fix="use gpu-cluster:pools; otherwise set metadataOptions.httpTokens to required, for a node group "
    "in its launch template",
)
def imdsv2(options: Property) -> Iterator[Violation]:
    """With IMDSv1, a single forged request (SSRF) exposes the credentials of the node role."""
    yield from _other_than(options, "httpTokens", "required")


@rule(
    13,
    "imds-hop-limit",
    "The IMDS hop limit is 1",
    of=_metadata,
    level=Level.MANDATORY,
    references="CKV_AWS_341",
    fix="use gpu-cluster:pools; otherwise set metadataOptions.httpPutResponseHopLimit to 1, for a node "
    "group in its launch template",
)
def imds_hop_limit(options: Property) -> Iterator[Violation]:
    """Responses to pods need a second hop: with a limit of 2, the default of EKS images, pods can use the
    node role."""
    yield from _other_than(options, "httpPutResponseHopLimit", 1)


def _other_than(options: Property, key: str, wanted: str | int) -> Iterator[Violation]:
    if options.path == _TEMPLATE:
        yield Violation(options, f"a template whose metadataOptions.{key} is {wanted}")
    else:
        yield from should_be(options.at(key), wanted)
