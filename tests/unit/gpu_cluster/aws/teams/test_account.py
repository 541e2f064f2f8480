import json
from pathlib import Path
from typing import Any

from gpu_cluster.plan import Graph, Registered
from gpu_cluster.stack import load
from gpu_cluster.stack.notes import notes_of
from tests.unit.gpu_cluster.kubernetes.teams.granted import on_aws
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import platform_of

REPOSITORIES = "arn:aws:ecr:us-east-1:123456789012:repository/"


def of_team(graph: Graph, token: str, team: str) -> list[Registered]:
    """Resources of a team, sorted by name because the engine registers them in any order."""
    own = (it for it in graph.of(token) if it.name.startswith(f"platform-team-{team}-"))
    return sorted(own, key=lambda it: it.name)


def statements(resource: Registered) -> list[dict[str, Any]]:
    return json.loads(resource["policy"])["Statement"]


def test_each_team_member_has_an_access_entry_with_the_team_group() -> None:
    graph, _ = on_aws()

    entries = of_team(graph, "AccessEntry", "vision")

    assert [(it["principalArn"], it["kubernetesGroups"]) for it in entries] == [
        ("arn:aws:iam::123456789012:role/vision", ["gpu-cluster:team:vision"]),
        ("arn:aws:iam::123456789012:user/jo", ["gpu-cluster:team:vision"]),
    ]
    assert not of_team(graph, "AccessPolicyAssociation", "vision")


def test_team_policy_is_attached_to_member_roles_and_users() -> None:
    graph, _ = on_aws()

    assert [it["role"] for it in of_team(graph, "RolePolicyAttachment", "speech")] == ["speech"]
    assert [it["user"] for it in of_team(graph, "UserPolicyAttachment", "vision")] == ["jo"]


def test_identity_center_roles_have_access_but_no_attached_policy(tmp_path: Path) -> None:
    """Only AWS can modify these roles, so their permission set must name the policy."""
    reserved = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ml_0a1b2c"
    file = tmp_path / "Pulumi.test.yaml"
    text = (STACKS / "happy/teams-on-aws.yaml").read_text()
    file.write_text(text.replace("arn:aws:iam::123456789012:role/ml/speech", reserved))
    stack = load(file)
    graph, outputs = platform_of(stack)

    [entry] = of_team(graph, "AccessEntry", "speech")
    assert entry["principalArn"] == reserved
    assert not of_team(graph, "RolePolicyAttachment", "speech")
    assert "policy" in outputs["teams"]["speech"]
    assert "policy" not in outputs["teams"]["vision"]
    [note] = [it for it in notes_of(stack) if "Identity Center" in it]
    assert note.startswith("team speech: ")
    assert "teams.speech.policy" in note


def test_team_policies_are_limited_to_the_prefixes_of_the_team() -> None:
    graph, _ = on_aws()
    [members] = of_team(graph, "iam:policy:Policy", "vision")
    [pods] = of_team(graph, "RolePolicy", "vision")

    for policy in (members, pods):
        resources = [it["Resource"] for it in statements(policy) if "s3:GetObject" in it["Action"]]
        assert resources == [["arn:aws:s3:::models-1a2b3c4/vision/*"]]
        images = [it["Resource"] for it in statements(policy) if "ecr:PutImage" in it["Action"]]
        assert images == [f"{REPOSITORIES}vision/*"]
        listed = [it["Condition"] for it in statements(policy) if it["Action"] == "s3:ListBucket"]
        assert listed == [{"StringLike": {"s3:prefix": "vision/*"}}]
        everywhere = [it["Action"] for it in statements(policy) if it["Resource"] == "*"]
        assert everywhere == ["ecr:GetAuthorizationToken"]


def test_team_members_create_repositories_but_set_no_repository_policy() -> None:
    [members] = of_team(on_aws()[0], "iam:policy:Policy", "vision")

    actions = [action for it in statements(members) for action in it["Action"]]

    assert "ecr:CreateRepository" in actions
    assert not any("Policy" in action and "Lifecycle" not in action for action in actions)


def test_team_pod_role_is_limited_to_one_service_account() -> None:
    [identity] = of_team(on_aws()[0], "PodIdentityAssociation", "speech")

    assert (identity["namespace"], identity["serviceAccount"]) == ("speech-prod", "aws")


def test_team_budget_filters_by_team_tag_and_notifies_the_recipients() -> None:
    graph, _ = on_aws()
    [vision] = of_team(graph, "budget:Budget", "vision")
    [speech] = of_team(graph, "budget:Budget", "speech")

    assert vision["limitAmount"] == "20000"
    assert vision["costFilters"] == [{"name": "TagKeyValue", "values": ["user:gpu-cluster/team$test/vision"]}]
    assert vision["notifications.0.subscriberEmailAddresses"] == ["platform@example.com"]
    assert speech["notifications.0.subscriberEmailAddresses"] == ["speech@example.com"]


def test_platform_outputs_registry_prefix_and_stores_of_each_team() -> None:
    _, outputs = on_aws()

    assert outputs["teams"]["vision"]["registry"]["prefix"] == "vision/"
    assert outputs["teams"]["vision"]["stores"].keys() == {"models"}
