"""A stack in AWS GovCloud (US): all ARNs are of its partition. The real provider: tests/rehearsal/aws."""

import json
import re
from dataclasses import asdict
from pathlib import Path

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# (botocore is untyped)
import botocore.session
import pytest

from gpu_cluster.plan import Graph, planned
from gpu_cluster.stack import load

HAPPY = Path(__file__).parents[3] / "stacks/happy"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return planned(load(HAPPY / "eks-govcloud.yaml"), "gov").graph


def test_every_arn_is_of_the_partition(graph: Graph) -> None:
    text = json.dumps([asdict(it) | {"made_of": ""} for it in graph.resources], default=str)
    assert {*re.findall(r"arn:[a-z-]+:", text)} == {"arn:aws-us-gov:"}
    assert text.count("arn:aws-us-gov:") > 100
    assert "us-east" not in text


def test_access_policies_and_the_provider_are_of_the_partition(graph: Graph) -> None:
    policies = {it["policyArn"] for it in graph.of("AccessPolicyAssociation")}
    assert policies == {"arn:aws-us-gov:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"}
    [provider] = [it for it in graph.resources if it.type == "pulumi:providers:aws"]
    assert provider["region"] == "us-gov-west-1"


def test_services_that_are_refused_have_no_endpoint_there() -> None:
    def regions(partition: str) -> list[str]:
        session = botocore.session.get_session()
        return session.get_available_regions("budgets", partition, allow_non_regional=True)

    assert regions("aws") == ["aws-global"]
    assert regions("aws-us-gov") == []
