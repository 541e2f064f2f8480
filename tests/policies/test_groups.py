"""DeepSeek-R1 on two servers with eight H100 each: planned, evaluated and priced."""

from datetime import date
from pathlib import Path

import pytest

from gpu_cluster.cost import items_of, priced
from gpu_cluster.plan import Plan, plan_of
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.plan_adapter import resources_of

STACK = Path(__file__).parents[1] / "stacks/happy/eks-model-over-nodes.yaml"
TAGS = "  gpu-cluster:tags: {team: ml, environment: lab, cost-centre: c1, data-class: public}\n"
SETTINGS = """
environments:
  lab: {stacks: [lab], gpus: 16, instances: [m7i.*, p5.48xlarge], regions: [us-east-2]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for path in ("stacks", "policies"):
        (folder / path).mkdir()
    (folder / "Pulumi.yaml").write_text("name: lab\nruntime: python\n")
    (folder / "policies/settings.yaml").write_text(SETTINGS)
    (folder / "policies/waivers.yaml").write_text("waivers: []\n")
    (folder / "stacks/Pulumi.lab.yaml").write_text(STACK.read_text() + TAGS)
    return folder


@pytest.fixture(scope="module")
def plan(project: Path) -> Plan:
    return plan_of(project, "lab")


def test_multi_node_model_has_no_findings_that_block(project: Path, plan: Plan) -> None:
    report = pack_of("lab", project).check(resources_of(plan.graph))

    assert [it.rule.id for it in report.findings] == ["72-two-replicas"]  # blocks production only
    assert [str(it) for it in report.not_judged] == []
    exempt = {it.finding.rule.id for it in report.exempt if "lws" in str(it.finding)}
    assert exempt == {"67-no-dangerous-permissions", "113-no-system-priority"}


def test_both_pod_templates_of_a_group_are_evaluated(project: Path, plan: Plan) -> None:
    resources = [it for it in resources_of(plan.graph) if it.kind == "LeaderWorkerSet"]
    [group] = resources

    assert [pod.template.path for pod in group.pods] == [
        "spec.leaderWorkerTemplate.leaderTemplate",
        "spec.leaderWorkerTemplate.workerTemplate",
    ]


def test_both_servers_are_priced(plan: Plan) -> None:
    bill = priced(items_of(plan.graph), "us-east-2", day=date(2026, 11, 29))
    servers = sum(float(line.hourly.most) for line in bill.lines if "h100" in str(line))

    assert not bill.missing
    assert servers >= 2 * 55.04
