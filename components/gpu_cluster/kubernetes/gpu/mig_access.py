"""RBAC of the MIG manager."""

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.rbac import v1 as rbac

from gpu_cluster.kubernetes.daemon_sets import NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import to_anywhere
from gpu_cluster.kubernetes.security.admission import admission_policy
from gpu_cluster.kubernetes.security.rbac import role_ref

_NODE = "authentication.kubernetes.io/node-name"


def mig_access(name: str, account: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Way to the API server; a role that reads nodes and labels them; and no other node than its own."""
    subject = rbac.SubjectArgs(kind="ServiceAccount", name=account, namespace=NAMESPACE)
    role = rbac.ClusterRole(
        f"{name}-role",
        metadata=metadata(account),
        rules=[
            rbac.PolicyRuleArgs(
                api_groups=[""], resources=["nodes"], verbs=["get", "list", "watch", "patch"]
            ),
            rbac.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["list"]),
        ],
        opts=opts,
    )
    binding = rbac.ClusterRoleBinding(
        f"{name}-binding",
        metadata=metadata(account),
        role_ref=role_ref("ClusterRole", account),
        subjects=[subject],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )
    way = networking.NetworkPolicy(
        f"{name}-api",
        metadata=metadata(f"allow-{account}", NAMESPACE),
        spec=to_anywhere(443, pods={"app.kubernetes.io/name": account}),
        opts=opts,
    )
    return [binding, way, _own_node(name, account, opts)]


def _own_node(name: str, account: str, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Roles know no node's own pods, but the API server knows which node a pod's token was made for."""
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
