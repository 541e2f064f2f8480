"""Properties that a rule cannot judge: counted and named, without a finding."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gpu_cluster.config.network import VpcGuarantee
from gpu_cluster.plan import plan_of
from gpu_cluster_policies import Resource, pack_of
from gpu_cluster_policies.add_waiver import add_waiver
from gpu_cluster_policies.compliance import Result, assess
from gpu_cluster_policies.crossguard import policies
from gpu_cluster_policies.evaluate import evaluate_plan
from gpu_cluster_policies.frameworks import Framework
from gpu_cluster_policies.not_judged import counted
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.reports.summary import summary_of
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource_types import LAUNCH_TEMPLATE, WITHOUT_RULE
from gpu_cluster_tools.scaffold.init_options import InitOptions
from gpu_cluster_tools.scaffold.policy_settings import allow
from gpu_cluster_tools.scaffold.stack_file import example, stack_file
from tests.policies.paths import Engine
from tests.policies.test_init import SMALL

STACKS = Path(__file__).parents[1] / "stacks" / "happy"
EXISTING = {"by-ids": "eks-network-existing-by-ids.yaml", "by-tags": "eks-network-existing-by-tags.yaml"}
OF_VPC = {
    "9-private-subnets": "existing VPC with private subnets",
    "24-flow-logs": "existing VPC with flow logs",
    "25-default-group-closed": "existing VPC with a closed default security group",
    "29-vpc-endpoints": "existing VPC with endpoints",
}
BUDGET = "78-worst-case-cost"
ANSWERS = {
    "account": "123456789012",
    "principal": '"arn:aws:iam::123456789012:role/platform"',
    "revision": "4fbd2f2b9d1a7c3a3f9f8f1a2f6d8b9e0c1d2e3f",
    "notify": "platform@example.com",
    "cost-centre": '"4711"',
}
PRODUCTION = InitOptions(
    name="prod",
    provider="eks",
    region="eu-central-1",
    production=True,
    model=SMALL,
    nodes=(2, 4),
    budget=40_000,
)


def _project(folder: Path, name: str, text: str) -> Path:
    (folder / "stacks").mkdir()
    (folder / "Pulumi.yaml").write_text("name: gpu-cluster\nruntime: python\n")
    (folder / f"stacks/Pulumi.{name}.yaml").write_text(text)
    return folder


def _judged(project: Path, name: str) -> Evaluation:
    return evaluate_plan(plan_of(project, name), project)


def _existing(folder: Path, file: str, guarantees: str = "") -> Path:
    text = (STACKS / file).read_text()
    return _project(folder, "shared", text.replace("    existing:\n", f"    existing:\n{guarantees}", 1))


def _on_vpc(judged: Evaluation) -> Mapping[str, str]:
    return {it.kind: it.why for it in judged.not_judged}


@pytest.mark.parametrize("file", EXISTING.values(), ids=EXISTING)
def test_existing_vpc_is_not_judged(tmp_path: Path, file: str) -> None:
    judged = _judged(_existing(tmp_path, file), "shared")

    assert _on_vpc(judged) == {
        rule: f"{words} is not known to the stack, should be guaranteed: "
        f"{rule.partition('-')[2].removeprefix('vpc-')} in gpu-cluster:network.existing.guarantees"
        for rule, words in OF_VPC.items()
    }
    assert {it.place.key for it in judged.not_judged} == {"gpu-cluster:network.existing"}
    assert OF_VPC.keys().isdisjoint(it.finding.rule.id for it in judged.findings)
    assert f"not judged: {counted([*OF_VPC])}; " in summary_of(judged)


@pytest.mark.parametrize("file", EXISTING.values(), ids=EXISTING)
def test_guaranteed_properties_of_an_existing_vpc_are_judged(tmp_path: Path, file: str) -> None:
    judged = _judged(_existing(tmp_path, file, "      guarantees: [flow-logs, private-subnets]\n"), "shared")

    assert _on_vpc(judged).keys() == {"25-default-group-closed", "29-vpc-endpoints"}


def test_stack_on_a_guaranteed_vpc_is_clean(tmp_path: Path) -> None:
    wish = InitOptions(name="lab", provider="eks", region="eu-central-1", model=SMALL)
    stack = example(wish)
    text = stack_file(wish)
    assert stack.network
    before = text[text.index("  gpu-cluster:network:") :].partition("\n  gpu-cluster:")[0]
    every = ", ".join(sorted(VpcGuarantee))
    zones = dict(zip(stack.network.zones, "ab", strict=False))
    ids = ", ".join(f"{zone}: subnet-0000000000000000{it}" for zone, it in zones.items())
    existing = f"""  gpu-cluster:network:
    existing:
      cidrs: [10.8.0.0/16]
      ids: {{vpc: vpc-0123456789abcdef0, private: {{{ids}}}}}
      guarantees: [{every}]"""
    filled = _filled(text.replace(before, existing))
    project = _project(tmp_path, "lab", filled)
    allow(project, "lab", stack)

    judged = _judged(project, "lab")

    assert [str(it.finding) for it in judged.findings if it.stops] == []
    assert judged.not_judged == ()


def test_engine_reports_an_existing_vpc_as_not_judged(tmp_path: Path) -> None:
    project = _existing(tmp_path, EXISTING["by-ids"])
    plan = plan_of(project, "shared")

    said = Engine(policies(project)).says(plan.graph.resources)

    unseen = {it.words: it.rule for it in said if it.rule in ("not-judged", *OF_VPC)}
    assert set(unseen.values()) == {"not-judged"}
    for words in OF_VPC.values():
        assert any(f"not judged: {words} is not known to the stack" in it for it in unseen)


STARTED = "aws:autoscaling/group:Group"
FLEET = "aws:ec2/fleet:Fleet"
NODES = "aws:eks/nodeGroup:NodeGroup"


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (NODES, {"launchTemplate": {"id": "lt-0"}}, "launchTemplate.id"),
        (STARTED, {"launchTemplate": {"name": "other"}}, "launchTemplate.name"),
        (
            FLEET,
            {"launchTemplateConfigs": [{"launchTemplateSpecification": {"launchTemplateId": "lt-0"}}]},
            "launchTemplateConfigs[0].launchTemplateSpecification.launchTemplateId",
        ),
    ],
)
def test_launch_template_outside_the_stack_is_not_judged(
    kind: str, properties: Mapping[str, object], path: str
) -> None:
    own = Resource(LAUNCH_TEMPLATE, {"name": "nodes"}, "nodes", {"id": "lt-1"})
    report = pack_of("prod-elsewhere").check([Resource(kind, properties, "nodes"), own])

    assert [(it.kind, it.path) for it in report.not_judged] == [("12-imdsv2", path)]


def test_iam_policy_outside_the_stack_is_not_judged() -> None:
    given = {"role": "work", "policyArn": "arn:aws:iam::111122223333:policy/work"}
    attachment = Resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", given, "work")

    [unseen] = pack_of("prod-elsewhere").check([attachment]).not_judged

    assert (unseen.kind, unseen.path) == ("45-no-administrator-access", "policyArn")


def test_prefix_list_outside_the_stack_is_not_judged() -> None:
    rule = Resource(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"prefixListId": "pl-0"}, "a"
    )

    [unseen] = pack_of("prod-elsewhere").check([rule]).not_judged

    assert unseen.why == (
        'prefixListId is "pl-0", should be a prefix list of the stack, whose ranges rules see'
    )


@pytest.mark.parametrize(
    ("kind", "properties", "rule"),
    [
        (
            "aws:ecr/replicationConfiguration:ReplicationConfiguration",
            {"replicationConfiguration": {"rules": [{"destinations": [{"registryId": "444455556666"}]}]}},
            "115-copies-in-account",
        ),
        (
            "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
            {
                "policy": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "arn:aws:iam::444455556666:role/pull"},
                            "Action": "ecr:*",
                            "Resource": "*",
                        }
                    ]
                }
            },
            "116-endpoint-policies",
        ),
    ],
)
def test_an_account_is_not_judged_if_the_provider_is_limited_to_none(
    kind: str, properties: Mapping[str, object], rule: str
) -> None:
    report = pack_of("prod-elsewhere").check([Resource(kind, properties, "a")])

    assert [it.kind for it in report.not_judged] == [rule]


@pytest.mark.parametrize(
    ("kind", "unseen"),
    [
        ("aws:rds/instance:Instance", ["aws:rds/instance:Instance"]),
        ("gcp:storage/bucket:Bucket", ["gcp:storage/bucket:Bucket"]),
        ("aws:dynamodb/table:Table", ["aws:dynamodb/table:Table"]),
        ("aws:ec2/route:Route", []),
        ("aws:sqs/queue:Queue", []),
        ("acme:index:Component", []),
        ("random:index/randomPassword:RandomPassword", []),
    ],
)
def test_cloud_resource_type_without_rules_is_not_judged(kind: str, unseen: list[str]) -> None:
    resource = Resource(kind, {}, "data")
    pack = pack_of("prod-elsewhere")

    assert [it.kind for it in pack.check([resource]).not_judged] == unseen
    assert [it.kind for it in pack.not_judged(resource, Inventory([resource]))] == unseen


def test_types_declared_without_rules_have_none() -> None:
    rules = pack_of("prod-elsewhere").rules.values()

    assert {kind: rule.id for rule in rules for kind in rule.kinds & WITHOUT_RULE} == {}


def _in_production(folder: Path, budget: int) -> Path:
    wish = replace(PRODUCTION, budget=budget)
    project = _project(folder, "prod", _filled(stack_file(wish)))
    allow(project, "prod", example(wish))
    return project


def test_budget_is_not_judged_if_a_usage_price_is_missing(tmp_path: Path) -> None:
    judged = _judged(_in_production(tmp_path, 40_000), "prod")

    assert [str(it.finding) for it in judged.findings if it.stops] == []
    [unseen] = judged.not_judged
    assert unseen.kind == BUDGET
    assert unseen.why.startswith("monthly worst-case cost is incomplete, at least ")
    assert "without: no price for Inspector image rescans in eu-central-1" in unseen.why


def test_budget_below_the_known_cost_is_exceeded_despite_missing_prices(tmp_path: Path) -> None:
    judged = _judged(_in_production(tmp_path, 400), "prod")

    assert [it.finding.rule.id for it in judged.findings if it.stops] == [BUDGET]
    assert judged.not_judged == ()


def test_price_file_makes_the_budget_judged(tmp_path: Path) -> None:
    project = _in_production(tmp_path, 40_000)
    (project / "prices.yaml").write_text(
        "prices:\n  - region: eu-central-1\n    source: invoice\n    date: 2026-11-01\n"
        "    services: {image-scan: 0.11, image-rescan: 0.01}\n"
    )

    assert _judged(project, "prod").not_judged == ()


def test_waiver_accepts_a_property_that_is_not_judged(tmp_path: Path) -> None:
    project = _in_production(tmp_path, 40_000)
    before = _judged(project, "prod")
    [unseen] = before.not_judged
    entry = {
        "rule": BUDGET,
        "resource": unseen.resource,
        "stacks": ["prod"],
        "owner": "platform",
        "reason": "Scans of images cost less than a dollar a month here.",
        "expires": "2027-11-30",
    }
    add_waiver(project, entry, frozenset(before.pack.rules))

    judged = _judged(project, "prod")

    assert (judged.not_judged, judged.stopping) == ((), 0)
    assert [it.finding.rule.id for it in judged.waived] == [BUDGET]


def test_control_of_an_unjudged_rule_is_not_evaluated(tmp_path: Path) -> None:
    judged = _judged(_existing(tmp_path, EXISTING["by-ids"]), "shared")

    results = {it.control.id: it.result for it in assess(judged, Framework.CIS_EKS).controls}

    assert results["5.4.3"] is Result.NOT_EVALUATED


def _filled(text: str) -> str:
    for key, value in ANSWERS.items():
        text = re.sub(rf"({key}:[ \[\"]*)CHANGEME", rf"\g<1>{value}", text)
    assert "CHANGEME" not in re.sub("#.*", "", text), text
    return text
