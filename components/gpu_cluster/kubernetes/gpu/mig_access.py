"""RBAC of the MIG manager."""

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.daemon_sets import NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import to_anywhere
from gpu_cluster.kubernetes.security.admission import admission_policy
from gpu_cluster.kubernetes.security.rbac import account_subject, bound_cluster_role

_NODE = "authentication.kubernetes.io/node-name"


def mig_access(name: str, account: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Egress to the API server, and permission to read nodes and to label the node that the pod runs on."""
    rules = [
        rbac.PolicyRuleArgs(api_groups=[""], resources=["nodes"], verbs=["get", "list", "watch", "patch"]),
        rbac.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["list"]),
    ]
    binding = bound_cluster_role(name, account, rules, account_subject(account, NAMESPACE), opts=opts)
    egress = networking.NetworkPolicy(
        f"{name}-api",
        metadata=metadata(f"allow-{account}", NAMESPACE),
        spec=to_anywhere(443, pods={"app.kubernetes.io/name": account}),
        opts=opts,
    )
    return [binding, egress, _own_node(name, account, opts)]


def _own_node(name: str, account: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Policy that limits changes to the pod's own node, which a role cannot; tokens name that node."""
    return admission_policy(
        f"{name}-own-node",
        account,
        admission.ValidatingAdmissionPolicySpecArgs(
            failure_policy="Fail",
            match_constraints=admission.MatchResourcesArgs(
                resource_rules=[
                    admission.NamedRuleWithOperationsArgs(
                        api_groups=[""], api_versions=["v1"], operations=["UPDATE"], resources=["nodes"]
                    )
                ]
            ),
            match_conditions=[
                admission.MatchConditionArgs(
                    name="by-the-manager",
                    expression=f"request.userInfo.username == 'system:serviceaccount:{NAMESPACE}:{account}'",
                )
            ],
            validations=[
                admission.ValidationArgs(
                    expression=(
                        f"'{_NODE}' in request.userInfo.extra"
                        f" && request.userInfo.extra['{_NODE}'] == [object.metadata.name]"
                    ),
                    message="the MIG manager labels the node that it runs on",
                ),
                admission.ValidationArgs(
                    expression="object.spec == oldObject.spec",
                    message="the MIG manager changes labels alone",
                ),
            ],
        ),
        opts,
    )
