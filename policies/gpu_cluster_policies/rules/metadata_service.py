"""Rules for the EC2 instance metadata service (IMDS), which provides the instance role's credentials."""

from collections.abc import Iterator
from dataclasses import dataclass

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import (
    AUTOSCALING_GROUP,
    INSTANCES,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    NODE_CLASS,
    NODE_GROUP,
    SPOT_FLEET,
)
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Violation, rule, should_be, stack_rule

_TEMPLATE = "launchTemplate"
_FLEET = "aws:ec2/fleet:Fleet"
_STARTING = frozenset((AUTOSCALING_GROUP, _FLEET, NODE_GROUP, *INSTANCES))
"""Types that start instances of a launch template."""

_OF_MIXED = ("mixedInstancesPolicy", _TEMPLATE, "launchTemplateSpecification")
_CONFIGS = "launchTemplateConfigs"
_NAMED_BY = (
    (_TEMPLATE, "id"),
    (_TEMPLATE, "name"),
    (*_OF_MIXED, "launchTemplateId"),
    (*_OF_MIXED, "launchTemplateName"),
)
_NODE_CLASS_V1 = "karpenter.k8s.aws/v1"
_NODE_CLASS_DEFAULTS = {"httpEndpoint": "enabled", "httpPutResponseHopLimit": 1, "httpTokens": "required"}
"""Defaults of the CRD's version v1; in v1beta1 the hop limit was 2.

Source: aws/karpenter-provider-aws, pkg/apis/v1/ec2nodeclass.go, MetadataOptions; 2026-12-01.
"""

_TEMPLATES = frozenset((LAUNCH_TEMPLATE,))
_LINKS = [ResourceLink(_STARTING, path, _TEMPLATES) for path in _NAMED_BY]


@dataclass(frozen=True, slots=True)
class _Template:
    """A launch template that instances start from."""

    owner: Resource
    named: Property
    link: ResourceLink | None = None

    def is_of_the_stack(self, inventory: Inventory) -> bool:
        """`NotKnownError` if neither its name nor the resource that it comes from is known."""
        if self.link:
            return bool(inventory.targets(self.owner, self.link))
        if inventory.made_of(self.owner, _CONFIGS, _TEMPLATES):
            return True
        return self.named.text in inventory.once(_names_of_templates)


@subjects(LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, *INSTANCES, NODE_CLASS, NODE_GROUP, SPOT_FLEET)
def _metadata(resource: Resource) -> Iterator[Property]:
    """Metadata options of instances; none if IMDS is disabled or the launch template defines them.

    For a node group without a launch template, the property of the template: EKS creates one without metadata
    options.
    """
    if resource.kind == NODE_GROUP:
        if not resource.at(_TEMPLATE).value:
            yield resource.at(_TEMPLATE)
        return
    if resource.kind == SPOT_FLEET:
        for launched in resource.at("launchSpecifications").items():
            yield launched.at("metadataOptions")  # which they do not have: a fleet needs a template
        return
    options = _of_node_class(resource) if resource.kind == NODE_CLASS else resource.at("metadataOptions")
    by_template = options.value is None and resource.at(_TEMPLATE).value is not None
    if not by_template and options.at("httpEndpoint").value != "disabled":
        yield options


def _of_node_class(resource: Resource) -> Property:
    """Options of an EC2NodeClass, with those that the API server sets where the object leaves them out."""
    options = resource.at("spec", "metadataOptions")
    if resource.at("apiVersion").text != _NODE_CLASS_V1:
        return options
    given = {key: it.content for key, it in options.entries() if it.content is not None}
    return options._replace(content={**_NODE_CLASS_DEFAULTS, **given})


@subjects(*_STARTING, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, NODE_CLASS, SPOT_FLEET)
def _metadata_and_templates(resource: Resource) -> Iterator[Property | _Template]:
    yield from _metadata(resource)
    if resource.kind in _STARTING:
        yield from (it for it in _templates(resource) if it.named.content is not None)


@stack_rule(
    12,
    "imdsv2",
    "Instances require IMDSv2",
    of=_metadata_and_templates,
    level=Level.MANDATORY,
    references="CKV_AWS_79; trivy AWS-0130; FSBP EC2.8",
    fix="use gpu-cluster:pools; otherwise set metadataOptions.httpTokens to required, for a node group "
    "in its launch template",
    can_abstain=True,
)
def imdsv2(subject: Property | _Template, inventory: Inventory) -> Iterator[Violation]:
    """With IMDSv1, a single forged request (SSRF) exposes the credentials of the node role."""
    if isinstance(subject, Property):
        yield from _other_than(subject, "httpTokens", "required")
    elif not subject.is_of_the_stack(inventory):
        yield NotJudgedProperty(subject.named, "a launch template of the stack, which rules see")


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


def _templates(resource: Resource) -> Iterator[_Template]:
    for link in _LINKS:
        if resource.at(link.key[0]).value:
            yield _Template(resource, resource.at(*link.key), link)
    for config in resource.at(_CONFIGS).items():
        specification = config.at("launchTemplateSpecification")
        yield _Template(resource, specification.at("launchTemplateId"))
        yield _Template(resource, specification.at("launchTemplateName"))


def _names_of_templates(inventory: Inventory) -> frozenset[str]:
    names = (name for template in inventory.every(_TEMPLATES) for name in template.names)
    return frozenset(name.text for name in names if name.content is not UNKNOWN)


def _other_than(options: Property, key: str, wanted: str | int) -> Iterator[Violation]:
    if options.path == _TEMPLATE:
        yield Violation(options, f"a template whose metadataOptions.{key} is {wanted}")
    else:
        yield from should_be(options.at(key), wanted)
