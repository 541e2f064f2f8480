"""Properties of an existing VPC, which is not in the stack: its owner guarantees them, or no rule knows."""

from collections.abc import Callable, Iterator
from functools import wraps

from gpu_cluster.config.network import ExistingNetwork, VpcGuarantee
from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, Subjects
from gpu_cluster_policies.resources.resource_types import CLUSTER, VPCS
from gpu_cluster_policies.rule import Level, NotJudgedProperty, Rule, Violation, stack_rule

Judge = Callable[[Resource, Inventory], Iterator[Violation]]

_WORDS = {
    VpcGuarantee.PRIVATE_SUBNETS: "existing VPC with private subnets",
    VpcGuarantee.FLOW_LOGS: "existing VPC with flow logs",
    VpcGuarantee.DEFAULT_GROUP_CLOSED: "existing VPC with a closed default security group",
    VpcGuarantee.ENDPOINTS: "existing VPC with endpoints",
}


def vpc_rule(
    context: EvaluationContext,
    guarantee: VpcGuarantee,
    number: int,
    name: str,
    title: str,
    *,
    level: Level,
    references: str,
    fix: str,
) -> Callable[[Judge], Rule]:
    """Same as `stack_rule`, for VPCs; an existing VPC is judged by what its owner guarantees."""
    fix = f"{fix}; an existing VPC needs {guarantee} in gpu-cluster:network.existing.guarantees"

    def decorate(judge: Judge) -> Rule:
        either = guaranteed_if_existing(context, guarantee)(judge)
        of = _vpcs_of(context)
        return stack_rule(
            number, name, title, of=of, level=level, references=references, fix=fix, can_abstain=True
        )(either)

    return decorate


def _vpcs_of(context: EvaluationContext) -> Subjects[Resource]:
    """VPCs of the stack, and its cluster if the VPC of that exists already."""

    def pick(resource: Resource) -> tuple[Resource, ...]:
        return (resource,) if resource.kind in VPCS or context.existing_vpc else ()

    return Subjects(frozenset((*VPCS, CLUSTER)), pick)


def guaranteed_if_existing(context: EvaluationContext, property_: VpcGuarantee) -> Callable[[Judge], Judge]:
    """Judge of an existing VPC, which is not in the stack, by what its owner guarantees."""

    def decorate(judge: Judge) -> Judge:
        @wraps(judge)
        def either(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
            if context.existing_vpc and resource.kind not in VPCS:
                yield from _not_guaranteed(resource, context.existing_vpc, property_)
            else:
                yield from judge(resource, inventory)

        return either

    return decorate


def _not_guaranteed(
    cluster: Resource, vpc: ExistingNetwork, property_: VpcGuarantee
) -> Iterator[NotJudgedProperty]:
    """The property of the cluster's VPC, unless the owner of the VPC guarantees it."""
    if property_ not in vpc.guarantees:
        guaranteed = f"guaranteed: {property_} in gpu-cluster:network.existing.guarantees"
        yield NotJudgedProperty(
            cluster.missing(_WORDS[property_]), guaranteed, actual="not known to the stack"
        )
