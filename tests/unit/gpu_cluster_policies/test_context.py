from pathlib import Path

import pytest

from gpu_cluster.config import ComplianceSettings
from gpu_cluster.stack import load
from gpu_cluster_policies.context import EvaluationContext, context_of
from gpu_cluster_policies.settings import policy_settings

PROJECT = Path(__file__).parents[3]
PROD = PROJECT / "stacks" / "Pulumi.prod.yaml"


def test_stack_file_narrows_the_regions_of_its_environment() -> None:
    residency = ComplianceSettings(data_residency=frozenset({"us-west-2", "eu-central-1"}))
    file = load(PROD).model_copy(update={"compliance": residency})

    assert EvaluationContext("prod", policy_settings(PROJECT), file).regions == ("us-west-2",)
    assert context_of("prod-without-file", PROJECT).regions == ("us-east-2", "us-west-2")


def test_stack_without_environment_allows_no_regions_or_instances() -> None:
    context = context_of("elsewhere", PROJECT)

    assert context.environment is None
    assert context.regions == ()
    assert not context.allows_instance("g6.xlarge")


@pytest.mark.parametrize(
    ("instance", "allowed"), [("g6.xlarge", True), ("g6e.xlarge", True), ("g5.xlarge", False)]
)
def test_instances_are_allowed_by_pattern(instance: str, allowed: bool) -> None:
    assert context_of("prod-vision", PROJECT).allows_instance(instance) == allowed
