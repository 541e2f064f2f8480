import json
from typing import Any

from gpu_cluster.aws.identity import PodIdentity, managed_policy, policy_document
from gpu_cluster.plan import Graph
from tests.unit.graph import graph_of


def identity(**given: Any) -> Graph:
    return graph_of(
        lambda: PodIdentity("p", cluster="prod", namespace="apps", service_account="reader", **given)
    )


def test_pod_identity_role_is_limited_to_one_service_account() -> None:
    graph = identity()
    [trust] = json.loads(graph.only("iam:role:Role")["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:RequestTag/eks-cluster-name": "prod",
            "aws:RequestTag/kubernetes-namespace": "apps",
            "aws:RequestTag/kubernetes-service-account": "reader",
        }
    }
    association = graph.only("PodIdentityAssociation")
    assert association["clusterName"] == "prod"
    assert association["namespace"] == "apps"
    assert association["serviceAccount"] == "reader"


def test_pod_identity_role_has_its_policies_before_the_association() -> None:
    read = policy_document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    graph = identity(policies={"read": read}, managed=[managed_policy("service-role/Some")])
    inline, attached = graph.only("RolePolicy"), graph.only("RolePolicyAttachment")
    assert json.loads(inline["policy"])["Statement"][0]["Action"] == "s3:GetObject"
    assert attached["policyArn"] == "arn:aws:iam::aws:policy/service-role/Some"
    association = graph.only("PodIdentityAssociation")
    assert graph.waits_for(association, inline)
    assert graph.waits_for(association, attached)
