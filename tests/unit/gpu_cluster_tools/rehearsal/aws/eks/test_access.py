import pytest

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks.access import CLUSTER_ADMIN, POLICY
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.ground import Ground

EDIT = f"{POLICY}AmazonEKSEditPolicy"


def test_whoever_makes_a_cluster_administers_it_unless_told_otherwise(ground: Ground) -> None:
    open_ = ground.cluster()["name"]
    closed = ground.cluster(
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    )["name"]

    (creator,) = ground.api.call("eks", "ListAccessEntries", clusterName=open_)["accessEntries"]
    policies = ground.api.call(
        "eks", "ListAssociatedAccessPolicies", clusterName=open_, principalArn=creator
    )["associatedAccessPolicies"]
    assert [each["policyArn"] for each in policies] == [CLUSTER_ADMIN]
    assert ground.api.call("eks", "ListAccessEntries", clusterName=closed)["accessEntries"] == []


def test_an_entry_is_for_somebody_who_exists_and_once(ground: Ground) -> None:
    cluster = ground.cluster()["name"]

    with pytest.raises(ApiError, match="invalid principal"):
        _enter(ground, cluster, principalArn="arn:aws:iam::123456789012:role/nobody")
    _enter(ground, cluster)
    with pytest.raises(ApiError, match="ResourceInUseException"):
        _enter(ground, cluster)


def test_groups_of_kubernetes_itself_are_out_of_reach(ground: Ground) -> None:
    with pytest.raises(ApiError, match="cannot start with system:"):
        _enter(ground, ground.cluster()["name"], kubernetesGroups=["system:masters"])


def test_a_cluster_of_aws_auth_has_no_entries(ground: Ground) -> None:
    cluster = ground.cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})["name"]

    with pytest.raises(ApiError, match="must be set to one of"):
        _enter(ground, cluster)


def test_a_policy_holds_in_the_cluster_or_in_namespaces(ground: Ground) -> None:
    cluster = ground.cluster()["name"]
    _enter(ground, cluster)
    entry = {"clusterName": cluster, "principalArn": ground.node}

    with pytest.raises(ApiError, match="has to name namespaces"):
        ground.api.call(
            "eks", "AssociateAccessPolicy", **entry, policyArn=EDIT, accessScope={"type": "namespace"}
        )
    with pytest.raises(ApiError, match="policyArn parameter format is not valid"):
        ground.api.call(
            "eks",
            "AssociateAccessPolicy",
            **entry,
            policyArn="arn:aws:iam::aws:policy/AdministratorAccess",
            accessScope={"type": "cluster"},
        )


def test_an_entry_takes_its_policies_along(ground: Ground) -> None:
    cluster = ground.cluster()["name"]
    entry = {"clusterName": cluster, "principalArn": ground.node}
    _enter(ground, cluster)
    ground.api.call("eks", "AssociateAccessPolicy", **entry, policyArn=EDIT, accessScope={"type": "cluster"})

    ground.api.call("eks", "DeleteAccessEntry", **entry)
    _enter(ground, cluster)

    found = ground.api.call("eks", "ListAssociatedAccessPolicies", **entry)
    assert found["associatedAccessPolicies"] == []


def test_a_request_that_is_sent_again_with_its_token_is_not_refused(ground: Ground) -> None:
    cluster = ground.cluster()["name"]

    for _ in range(2):
        _enter(ground, cluster, clientRequestToken="one")
    with pytest.raises(ApiError, match="ResourceInUseException"):
        _enter(ground, cluster, clientRequestToken="two")


def test_nodes_have_an_entry_of_their_own(ground: Ground) -> None:
    cluster = ground.cluster()["name"]

    ground.node_group(cluster)

    entry = ground.api.call("eks", "DescribeAccessEntry", clusterName=cluster, principalArn=ground.node)
    assert entry["accessEntry"]["type"] == "EC2_LINUX"
    assert entry["accessEntry"]["kubernetesGroups"] == ["system:bootstrappers", "system:nodes"]


def _enter(ground: Ground, cluster: str, **settings: object) -> None:
    ground.api.call(
        "eks", "CreateAccessEntry", **{"clusterName": cluster, "principalArn": ground.node, **settings}
    )
