"""Rule for policies of VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_cluster_policies.resources.accounts import account_in, own_accounts
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import Condition, Statement, allowing
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Violation, stack_rule

_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
_POLICY_OF = ResourceLink(frozenset((_POLICY,)), ("vpcEndpointId",), frozenset((_ENDPOINT,)))
_OF_AWS = "com.amazonaws."
_OF_OTHERS = "com.amazonaws.vpce."
_WITH_POLICY = ("", "Gateway", "Interface")
_RESOURCES_WITHIN = frozenset(
    ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount")
)
"""Condition keys that limit whose resources are reached."""

_BOUNDED = "named principals, resources or organizations"


@stack_rule(
    116,
    "endpoint-policies",
    "VPC endpoint policies limit principals or resources",
    of=each(_ENDPOINT, _POLICY),
    level=Level.ADVISORY,
    references="prowler vpc_endpoint_connections_trust_boundaries; AWS Well-Architected SEC03-BP05",
    fix="set the endpoint's policy: name the buckets or other resources, or add a condition such as "
    "aws:PrincipalOrgID or aws:ResourceOrgID",
    can_abstain=True,
)
def endpoint_policies(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A compromised pod can send data to another account with credentials of that account, which no IAM
    policy of the stack limits."""
    policy = resource.at("policy")
    if policy.value is not None:
        for statement in allowing(policy):
            yield from _open(statement)
            yield from _of_other_accounts(statement, inventory.once(own_accounts))
    elif (
        resource.kind == _ENDPOINT
        and _may_have_policy(resource)
        and not inventory.linked(resource, _POLICY_OF)
    ):
        yield Violation(policy, f"a policy with {_BOUNDED}; the default of AWS allows everything")


def _may_have_policy(endpoint: Resource) -> bool:
    """Whether it is an endpoint of an AWS service; those of other services have no policy."""
    service = endpoint.at("serviceName").text
    of_aws = service.startswith(_OF_AWS) and not service.startswith(_OF_OTHERS)
    return of_aws and endpoint.at("vpcEndpointType").text in _WITH_POLICY


def _open(statement: Statement) -> Iterator[Violation]:
    place = statement.on_everything
    if place and statement.is_for_anybody and not any(map(_limits_resources, statement.conditions)):
        yield Violation(statement.field, _BOUNDED, actual="open to all principals, for all resources")


def _limits_resources(condition: Condition) -> bool:
    return (
        condition.compares
        and condition.key in _RESOURCES_WITHIN
        and not any(set(value.text) & {"*", "?"} for value in condition.values)
    )


def _of_other_accounts(statement: Statement, own: frozenset[str]) -> Iterator[Violation]:
    for principal in _principals(statement):
        account = account_in(principal.text)
        if account and not own:
            yield NotJudgedProperty(principal, "an account of allowedAccountIds of the AWS provider")
        elif account and account not in own:
            yield Violation(principal, f"of the account of the stack, {' or '.join(sorted(own))}")


def _principals(statement: Statement) -> Iterator[Property]:
    """Names of principals and accounts that may use the endpoint."""
    for kind, principal in statement.principals:
        if kind == "AWS":
            yield principal
    for condition in statement.conditions:
        if condition.key in ("aws:principalaccount", "aws:principalarn") and condition.compares:
            yield from condition.values
