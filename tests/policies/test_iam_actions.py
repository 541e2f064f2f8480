"""Actions of rules 110 and 114 exist in the service models of the AWS SDK."""

import pytest

from gpu_cluster_policies.resources.policy_document import matches_all
from gpu_cluster_policies.rules.escalation import ESCALATES, READS
from tests.service_models import operations_of

SERVICES = {"sso": "sso-admin"}
"""Service model by prefix of actions, if the two differ."""

OPERATIONS = {"s3:GetObjectVersion": "GetObject"}
"""Operations that need an action of another name: GetObject with a versionId, for example."""

EVERY = {**ESCALATES, **READS}


@pytest.mark.parametrize("action", EVERY)
def test_an_action_is_an_operation_of_its_service(action: str) -> None:
    prefix, _, name = action.partition(":")

    assert OPERATIONS.get(action, name) in operations_of(SERVICES.get(prefix, prefix))


@pytest.mark.parametrize("action", EVERY)
def test_only_a_pattern_for_all_resources_matches_both_names(action: str) -> None:
    service, (first, second) = EVERY[action]
    kind = first.partition("/")[0].partition(":")[0]

    assert matches_all("*", service, (first, second))
    assert matches_all(f"arn:aws:{service}:*:*:*", service, (first, second))
    assert not matches_all(f"arn:aws:{service}:*:*:{first}", service, (first, second))
    assert not matches_all(f"arn:aws:{service}:*:*:{kind}/team-a-*", service, (first, second))
