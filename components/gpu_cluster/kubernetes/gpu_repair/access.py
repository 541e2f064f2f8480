"""RBAC of detector and repair, and admission policies for restrictions that RBAC lacks."""

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.config.gpu import REPAIR_NAMESPACE
from gpu_cluster.kubernetes.gpu_repair.drain_faulty import CONDITION, TAINT
from gpu_cluster.kubernetes.security.admission import admission_policy
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role

_NODE = "authentication.kubernetes.io/node-name"


def detector_access(name: str, account: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """A role that writes conditions and events; and no condition but its own, of no node but its own."""
    rules = [
        _rule("nodes", "get"),
        _rule("nodes/status", "patch"),
        _rule("events", "create", "patch"),
    ]
    own_node = (
        f"'{_NODE}' in request.userInfo.extra && request.userInfo.extra['{_NODE}'] == [object.metadata.name]"
    )
    others = f".status.?conditions.orValue([]).filter(it, it.type != '{CONDITION}')"
    validations = {
        own_node: "the fault detector writes the condition of the node that it runs on",
        f"object{others} == oldObject{others}": f"the fault detector writes the condition {CONDITION} alone",
        _unchanged("status", "capacity", "{}"): "the fault detector leaves the capacity as it is",
        _unchanged("status", "allocatable", "{}"): "the fault detector leaves allocatable as it is",
    }
    return [
        bound_cluster_role(name, account, rules, account_subject(account, REPAIR_NAMESPACE), opts=opts),
        _policy(name, account, "nodes/status", validations, opts),
    ]


def repair_access(name: str, account: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """A role that taints nodes and evicts pods; and no taint but its own."""
    rules = [
        _rule("nodes", "list", "patch"),
        _rule("pods", "list"),
        _rule("pods/eviction", "create"),
    ]
    other_taints = f".spec.?taints.orValue([]).filter(it, it.key != '{TAINT}')"
    annotations = "{}.metadata.?annotations.orValue({{}})"
    new, old = annotations.format("object"), annotations.format("oldObject")
    kept = "{0}.all(key, key == '{2}' || (key in {1} && {0}[key] == {1}[key]))"
    validations = {
        f"object{other_taints} == oldObject{other_taints}": f"repair changes the taint {TAINT} alone",
        f"{kept.format(new, old, TAINT)} && {kept.format(old, new, TAINT)}": (
            f"repair sets the annotation {TAINT} alone"
        ),
        _unchanged("metadata", "labels", "{}"): "repair leaves labels as they are",
        _unchanged("spec", "unschedulable", "false"): "repair cordons no node",
        _unchanged("spec", "providerID", "''"): "repair leaves the provider's id as it is",
    }
    return [
        bound_cluster_role(name, account, rules, account_subject(account, REPAIR_NAMESPACE), opts=opts),
        _policy(name, account, "nodes", validations, opts),
    ]


def _unchanged(part: str, field: str, default: str) -> str:
    value = f".{part}.?{field}.orValue({default})"
    return f"object{value} == oldObject{value}"


def _rule(resource: str, *verbs: str) -> rbac.PolicyRuleArgs:
    return rbac.PolicyRuleArgs(api_groups=[""], resources=[resource], verbs=list(verbs))


def _policy(
    name: str, account: str, resource: str, validations: dict[str, str], opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    rule = admission.NamedRuleWithOperationsArgs(
        api_groups=[""], api_versions=["v1"], operations=["UPDATE"], resources=[resource]
    )
    by = admission.MatchConditionArgs(
        name="by-it",
        expression=f"request.userInfo.username == 'system:serviceaccount:{REPAIR_NAMESPACE}:{account}'",
    )
    return admission_policy(
        f"{name}-nodes",
        account,
        admission.ValidatingAdmissionPolicySpecArgs(
            failure_policy="Fail",
            match_constraints=admission.MatchResourcesArgs(resource_rules=[rule]),
            match_conditions=[by],
            validations=[
                admission.ValidationArgs(expression=expression, message=message)
                for expression, message in validations.items()
            ],
        ),
        opts,
    )
