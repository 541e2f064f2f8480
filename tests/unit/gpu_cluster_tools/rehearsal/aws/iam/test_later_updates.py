"""Policies of a rehearsal also allow later updates of its resources."""

from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import documents_for
from gpu_cluster_tools.rehearsal.aws.iam.later_updates import AFTER, later_updates
from gpu_cluster_tools.rehearsal.aws.iam.operation_actions import ACTIONS
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import action_of
from tests.rehearsal.deployment_policies import allows

DEPLOYER = "arn:aws:iam::123456789012:role/deploy"
CLUSTER = "arn:aws:eks:eu-central-1:123456789012:cluster/platform-prod-1a2b3c4"
TEMPLATE = "arn:aws:ec2:eu-central-1:123456789012:launch-template/lt-0123456789abcdef0"


def call(action: str, resource: str = "*") -> RecordedCall:
    return RecordedCall(DEPLOYER, action, resource, {})


MADE = [
    call("eks:CreateCluster", "arn:aws:eks:eu-central-1:123456789012:cluster/*"),
    call("eks:DescribeCluster", CLUSTER),
    call("ec2:CreateLaunchTemplate", TEMPLATE),
    call("ec2:DescribeVpcs"),
]


def test_later_version_update_of_a_cluster_is_allowed() -> None:
    documents = documents_for([*MADE, *later_updates(MADE)])

    assert allows(documents, call("eks:UpdateClusterVersion", CLUSTER.replace("1a2b3c4", "9f8e7d6")))
    assert allows(documents, call("ec2:CreateLaunchTemplateVersion", TEMPLATE))
    assert not allows(documents, call("eks:UpdateClusterVersion", CLUSTER.replace("central", "west")))


def test_resources_that_were_not_created_get_no_update_actions() -> None:
    actions = {it.action for it in later_updates(MADE)}

    assert "eks:UpdateClusterVersion" in actions
    assert not any(action.startswith(("iam:", "fsx:", "eks:UpdateNodegroup")) for action in actions)
    assert later_updates(MADE[1:2]) == []


def test_recorded_calls_are_not_repeated() -> None:
    updated = [*MADE, call("eks:UpdateClusterVersion", CLUSTER)]

    assert call("eks:UpdateClusterVersion", CLUSTER) not in later_updates(updated)


def test_every_action_is_in_the_service_authorization_reference() -> None:
    operations = {action for actions in ACTIONS.values() for action in actions}
    for created, updates in AFTER.items():
        assert action_of(created) or created in operations, created
        assert [action for action in updates if action_of(action) is None] == []
