"""Values that are unknown at preview are taken from the plan of the stack."""

import json
from pathlib import Path

import pulumi
import pytest

from gpu_cluster_policies import UNKNOWN
from gpu_cluster_policies.plan_fallback import planned_inputs, planned_outputs

PROJECT = Path(__file__).parents[3]
PARENTS = "gpu-cluster:index:Platform$gpu-cluster:index:EksCluster$gpu-cluster:index:ControlPlane"
POLICY = f"urn:pulumi:dev::gpu-cluster::{PARENTS}$aws:iam/rolePolicy:RolePolicy::platform-cluster-secrets"
CLUSTER = f"urn:pulumi:dev::gpu-cluster::{PARENTS}$aws:eks/cluster:Cluster::platform-cluster"


def test_unknown_policy_document_is_taken_from_the_plan() -> None:
    document = json.loads(planned_inputs(POLICY, PROJECT).at("policy").value)

    [statement] = document["Statement"]
    assert "kms:Decrypt" in statement["Action"]
    assert statement["Resource"].startswith("arn:aws:kms:")


def test_unknown_outputs_are_taken_from_the_plan() -> None:
    subnets = planned_inputs(CLUSTER, PROJECT).at("vpcConfig").at("subnetIds").value

    assert planned_inputs(CLUSTER, PROJECT).at("vpcConfig").at("subnetIds").at(0).value == subnets[0]
    assert planned_outputs(CLUSTER, PROJECT).at("id").value


@pytest.mark.parametrize(
    "urn",
    [
        POLICY.replace(":dev:", ":nowhere:"),
        POLICY.replace("::gpu-cluster::", "::another::"),
        POLICY.replace("platform-cluster-secrets", "added-by-hand"),
    ],
    ids=["missing stack", "another project", "missing resource"],
)
def test_resource_outside_the_plan_stays_unknown(urn: str) -> None:
    assert planned_inputs(urn, PROJECT).at("policy").value is UNKNOWN


def test_missing_property_of_the_plan_stays_unknown() -> None:
    inputs = planned_inputs(CLUSTER, PROJECT)

    assert inputs.at("nothing").at("below").value is UNKNOWN
    assert inputs.at("vpcConfig").at("subnetIds").at(99).value is UNKNOWN


def test_planning_keeps_the_stack_and_project_of_the_running_program() -> None:
    before = (pulumi.get_stack(), pulumi.get_project())
    assert planned_inputs(POLICY.replace(":dev:", ":edge:"), PROJECT).at("policy").value is UNKNOWN

    assert (pulumi.get_stack(), pulumi.get_project()) == before
