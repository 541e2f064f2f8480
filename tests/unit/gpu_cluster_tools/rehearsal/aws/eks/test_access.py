import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks.access import CLUSTER_ADMIN, POLICY
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites

EDIT = f"{POLICY}AmazonEKSEditPolicy"


def test_cluster_creator_is_administrator_unless_disabled(eks: Prerequisites) -> None:
    open_ = eks.cluster()["name"]
    closed = eks.cluster(
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    )["name"]

    (creator,) = eks.api.call("eks", "ListAccessEntries", clusterName=open_)["accessEntries"]
    policies = eks.api.call("eks", "ListAssociatedAccessPolicies", clusterName=open_, principalArn=creator)[
        "associatedAccessPolicies"
    ]
    assert [each["policyArn"] for each in policies] == [CLUSTER_ADMIN]
    assert eks.api.call("eks", "ListAccessEntries", clusterName=closed)["accessEntries"] == []


def test_access_entry_requires_an_existing_principal_and_is_unique(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]

    with pytest.raises(ApiError, match="invalid principal"):
        _enter(eks, cluster, principalArn="arn:aws:iam::123456789012:role/nobody")
    _enter(eks, cluster)
    with pytest.raises(ApiError, match="ResourceInUseException"):
        _enter(eks, cluster)


def test_system_groups_of_kubernetes_are_refused(eks: Prerequisites) -> None:
    with pytest.raises(ApiError, match="cannot start with system:"):
        _enter(eks, eks.cluster()["name"], kubernetesGroups=["system:masters"])


def test_cluster_with_config_map_authentication_refuses_entries(eks: Prerequisites) -> None:
    cluster = eks.cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})["name"]

    with pytest.raises(ApiError, match="must be set to one of"):
        _enter(eks, cluster)


def test_access_policy_scope_is_the_cluster_or_namespaces(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    _enter(eks, cluster)
    entry = {"clusterName": cluster, "principalArn": eks.node}

    with pytest.raises(ApiError, match="has to name namespaces"):
        eks.api.call(
            "eks", "AssociateAccessPolicy", **entry, policyArn=EDIT, accessScope={"type": "namespace"}
        )
    with pytest.raises(ApiError, match="policyArn parameter format is not valid"):
        eks.api.call(
            "eks",
            "AssociateAccessPolicy",
            **entry,
            policyArn="arn:aws:iam::aws:policy/AdministratorAccess",
            accessScope={"type": "cluster"},
        )


def test_deleted_entry_loses_its_policies(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]
    entry = {"clusterName": cluster, "principalArn": eks.node}
    _enter(eks, cluster)
    eks.api.call("eks", "AssociateAccessPolicy", **entry, policyArn=EDIT, accessScope={"type": "cluster"})

    eks.api.call("eks", "DeleteAccessEntry", **entry)
    _enter(eks, cluster)

    found = eks.api.call("eks", "ListAssociatedAccessPolicies", **entry)
    assert found["associatedAccessPolicies"] == []


def test_repeated_request_with_the_same_token_is_accepted(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]

    for _ in range(2):
        _enter(eks, cluster, clientRequestToken="one")
    with pytest.raises(ApiError, match="ResourceInUseException"):
        _enter(eks, cluster, clientRequestToken="two")


def test_role_of_a_node_group_has_an_access_entry(eks: Prerequisites) -> None:
    cluster = eks.cluster()["name"]

    eks.node_group(cluster)

    entry = eks.api.call("eks", "DescribeAccessEntry", clusterName=cluster, principalArn=eks.node)
    assert entry["accessEntry"]["type"] == "EC2_LINUX"
    assert entry["accessEntry"]["kubernetesGroups"] == ["system:bootstrappers", "system:nodes"]


def _enter(eks: Prerequisites, cluster: str, **settings: object) -> None:
    eks.api.call("eks", "CreateAccessEntry", **{"clusterName": cluster, "principalArn": eks.node, **settings})
