"""Usage of one day in a real Prometheus, and its cost, calculated by hand.

Samples are taken at half past each minute, and Prometheus returns a sample for five minutes: a series that
ends at 06:00 is returned up to 06:04. The day has 1,440 minutes, of which 116 are a gap: from 06:04 to 08:00.
"""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from gpu_cluster.catalog.today import today
from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.usage.read import expanded_rules
from tests.unit.gpu_cluster.cost.plans import PROJECT
from tests.witnesses.prometheus_server import backfill, prometheus
from tests.witnesses.promtool import promtool

pytestmark = [pytest.mark.engine, pytest.mark.slow]

START = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
GAP = range(6 * 60, 8 * 60)

PRICES: dict[str, Any] = {
    "prices": [
        {
            "region": "us-east-2",
            "source": "round numbers",
            "date": str(today()),
            "instances": {"m7i.2xlarge": 0.5, "g6.4xlarge": 1.2},
            "capacityBlocks": {"p5.48xlarge": 60},
            "services": {"gp3": 0.073, "control-plane": 0.1, "tier-xl": 2.9},
        }
    ]
}
"""A disk of 100 GiB is 100 x 0.073 / 730 = 0.01 an hour."""


def minutes(first: int, last: int, value: float = 1) -> Iterator[tuple[float, float]]:
    """Samples for minutes of the day, without those of the gap."""
    for minute in range(first, last):
        if minute not in GAP:
            yield START + minute * 60 + 30, value


def node(name: str, pool: str, instance: str, market: str) -> str:
    labels = f'label_gpu_cluster_pool="{pool}",label_node_kubernetes_io_instance_type="{instance}"'
    return f'kube_node_labels{{node="{name}",{labels},label_eks_amazonaws_com_capacity_type="{market}"}}'


def pod(namespace: str, name: str) -> str:
    return f'namespace="{namespace}",pod="{name}",uid="{name}"'


def requests(holder: str, node: str, resource: str = "nvidia_com_gpu") -> str:
    return (
        f'kube_pod_container_resource_requests{{{holder},container="c",node="{node}",'
        f'resource="{resource}",unit="integer"}}'
    )


def offers(node: str, resource: str = "nvidia_com_gpu") -> str:
    return f'kube_node_status_allocatable{{node="{node}",resource="{resource}",unit="integer"}}'


def phase(holder: str, name: str) -> str:
    return f'kube_pod_status_phase{{{holder},phase="{name}"}}'


def workload(holder: str, name: str) -> str:
    labels = f'label_app_kubernetes_io_instance="{name}",label_app_kubernetes_io_part_of="gpu-cluster"'
    return f"kube_pod_labels{{{holder},{labels}}}"


def utilization(namespace: str, pod: str, gpu: int) -> str:
    return (
        f'DCGM_FI_DEV_GPU_UTIL{{namespace="{namespace}",pod="{pod}",gpu="{gpu}",UUID="{pod}-{gpu}",node="n"}}'
    )


CHAT, LARGE = pod("serving", "chat-0"), pod("serving", "large-0")
NOTEBOOK, TRAINED = pod("vision", "notebook"), pod("vision", "trained")
DAY = (0, 1440)
SAMPLES: dict[str, list[tuple[float, float]]] = {
    # Returned for 364 minutes before the gap and 960 after it: 1,324.
    node("system-a", "system", "m7i.2xlarge", "ON_DEMAND"): [*minutes(*DAY)],
    node("l4-a", "l4", "g6.4xlarge", "ON_DEMAND"): [*minutes(*DAY)],
    node("h100-a", "h100", "p5.48xlarge", "CAPACITY_BLOCK"): [*minutes(*DAY)],
    # Until noon: 364 and, from 08:01 to 12:04, 244 minutes.
    node("l4-b", "l4", "g6.4xlarge", "SPOT"): [*minutes(0, 720)],
    offers("l4-a"): [*minutes(*DAY)],
    offers("l4-b"): [*minutes(30, 720)],
    offers("h100-a"): [*minutes(*DAY, 8)],
    # One GPU all day; nothing runs on it from 09:00 to 12:00: idle from 09:15 to 12:00, 166 minutes.
    requests(CHAT, "l4-a"): [*minutes(*DAY)],
    phase(CHAT, "Running"): [*minutes(*DAY)],
    phase(CHAT, "Pending"): [*minutes(*DAY, 0)],
    workload(CHAT, "chat"): [*minutes(*DAY)],
    utilization("serving", "chat-0", 0): [
        *minutes(0, 540, 40),
        *minutes(540, 720, 0),
        *minutes(720, 1440, 40),
    ],
    # Four GPUs of eight all day, two of which are never used.
    requests(LARGE, "h100-a"): [*minutes(*DAY, 4)],
    phase(LARGE, "Running"): [*minutes(*DAY)],
    workload(LARGE, "large"): [*minutes(*DAY)],
    **{utilization("serving", "large-0", gpu): [*minutes(*DAY, 90 * (gpu < 2))] for gpu in range(4)},
    # Unscheduled until 02:00, starting until 02:30, ends at 06:00: 02:01 to 06:04, 244 minutes.
    requests(NOTEBOOK, "").replace('node="",', ""): [*minutes(60, 120)],
    requests(NOTEBOOK, "l4-b"): [*minutes(120, 360)],
    phase(NOTEBOOK, "Pending"): [*minutes(60, 150), *minutes(150, 360, 0)],
    phase(NOTEBOOK, "Running"): [*minutes(60, 150, 0), *minutes(150, 360)],
    # Completed, and holds nothing.
    requests(TRAINED, "h100-a"): [*minutes(*DAY, 4)],
    phase(TRAINED, "Succeeded"): [*minutes(*DAY)],
    phase(TRAINED, "Running"): [*minutes(*DAY, 0)],
}


KINDS = ("gpu", "usedGpu", "idleGpu", "unmeasuredGpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prometheus") / "data"
    backfill(SAMPLES, folder)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "stacks").mkdir()
    for name in ("Pulumi.yaml", "stacks/Pulumi.prod.yaml", "stacks/Pulumi.onprem.yaml"):
        (folder / name).write_text((PROJECT / name).read_text())
    (folder / "prices.yaml").write_text(yaml.safe_dump(PRICES))
    return folder


def cost(project: Path, url: str, monkeypatch: pytest.MonkeyPatch, stack: str = "prod") -> tuple[int, Any]:
    monkeypatch.chdir(project)
    period = ("--since", "2026-11-20", "--until", "2026-11-21")
    command = ["cost", stack, "--actual", "--prometheus", url, "--json", *period]
    done = CliRunner().invoke(app, command)
    assert done.exit_code in (0, 3), done.output or done.exception
    return done.exit_code, json.loads(done.stdout)


def check(document: Any, *, within: int = 0) -> None:
    """Check the figures of the day. `within`: tolerance in minutes for the start and end of a series."""

    def hours(minutes: int) -> Any:
        return pytest.approx(minutes / 60, abs=0.005 + 4 * within / 60)

    assert document["hours"] == 24
    assert document["measuredHours"] == hours(1324)
    if not within:
        [gap] = document["gaps"]
        assert gap == {"from": "2026-11-20T06:04:00+00:00", "to": "2026-11-20T08:00:00+00:00"}
    nodes = {
        (pool["pool"], kind["instance"], kind["market"]): kind["nodeHours"]
        for pool in document["pools"]
        for kind in pool["kinds"]
    }
    assert nodes == {
        ("system", "m7i.2xlarge", "ON_DEMAND"): hours(1324),
        ("l4", "g6.4xlarge", "ON_DEMAND"): hours(1324),
        ("l4", "g6.4xlarge", "SPOT"): hours(608),
        ("h100", "p5.48xlarge", "CAPACITY_BLOCK"): hours(1324),
    }
    workloads = {
        (space["namespace"], it["workload"]): [it[f"{kind}Hours"] for kind in KINDS]
        for space in document["namespaces"]
        for it in space["workloads"]
    }
    assert workloads == {
        ("serving", "chat"): [hours(1324), hours(1324 - 166), hours(166), hours(0)],
        ("serving", "large"): [hours(4 * 1324), hours(2 * 1324), hours(2 * 1324), hours(0)],
        ("serving", "code"): [0, 0, 0, 0],  # planned, but never running
        ("vision", None): [hours(244), hours(0), hours(0), hours(244)],
    }
    shared = {(it["what"], it["pool"]): it["gpuHours"] for it in document["shared"]}
    assert shared["GPUs that no pod held", "h100"] == hours(4 * 1324)
    assert shared["GPUs that no pod held", "l4"] == hours(608 - 30 - 244)
    assert shared["GPUs that nodes did not offer", "l4"] == hours(30)


def check_costs(document: Any) -> None:
    """Check the costs. Prices are round numbers; those of spot are a range."""
    measured = 1324 / 60
    [block] = [it["reservedNotRun"] for it in document["pools"] if it["pool"] == "h100"]
    assert block["cost"]["most"] == pytest.approx(60 * measured, abs=0.01)
    assert document["controlPlane"]["most"] == pytest.approx(3 * measured, abs=0.01)
    pools = {it["pool"]: it for it in document["pools"]}
    assert pools["system"]["cost"]["most"] == pytest.approx(0.5 * measured, rel=0.03)  # and its disk
    chat, large = (
        next(
            it["cost"]["most"]
            for space in document["namespaces"]
            for it in space["workloads"]
            if it["workload"] == name
        )
        for name in ("chat", "large")
    )
    assert chat == pytest.approx((1.2 + 0.01) * measured, abs=0.01)
    assert large == pytest.approx((60 + 0.01) / 2 * measured, abs=0.02)
    for end in ("least", "most"):
        parts = [it["cost"][end] for it in (*document["namespaces"], *document["shared"])]
        nodes = [it["cost"][end] for it in (*document["pools"],)] + [document["controlPlane"][end]]
        assert sum(parts) == pytest.approx(document["cost"][end], abs=0.1)
        assert sum(nodes) == pytest.approx(document["cost"][end], abs=0.1)


def test_cost_command_reads_usage_from_prometheus(
    data: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uses series of exporters only, without recorded series."""
    with prometheus(data) as url:
        code, document = cost(project, url, monkeypatch)
    check(document)
    check_costs(document)
    assert code == 3
    assert document["uncertain"][0] == "91.9 % of the period is measured"


def test_recorded_series_give_the_same_cost(
    data: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prometheus evaluates the rules each minute, without the series of exporters.

    The second of the evaluation is chosen by promtool. A running Prometheus marks series that end; in blocks
    made by promtool a sample counts for its minute only.
    """
    rules = [{"record": name, "expr": expression} for name, expression in expanded_rules({}).items()]
    file = tmp_path / "usage.rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "usage", "interval": "1m", "rules": rules}]}))
    recorded = tmp_path / "recorded"
    with prometheus(data) as url:
        promtool(
            "tsdb",
            "create-blocks-from",
            "rules",
            f"--url={url}",
            f"--start={START + 60}",
            f"--end={START + 86460}",
            "--eval-interval=1m",
            f"--output-dir={recorded}",
            files=[file],
        )
    with prometheus(recorded, lookback="1m") as url:
        _, document = cost(project, url, monkeypatch)
    check(document, within=1)


SHARED_STACK = """\
config:
  aws:region: us-east-2
  gpu-cluster:cluster:
    provider: eks
    account: "111122223333"
    version: "1.35"
    access: {platform: {principal: "arn:aws:iam::111122223333:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {zones: [us-east-2a, us-east-2b]}
  gpu-cluster:pools:
    system: {instance: m7i.2xlarge, nodes: 1}
    l4: {instance: g6.4xlarge, nodes: 1, sharing: {timeSlicing: 4}}
    a100: {instance: p4d.24xlarge, nodes: 1, sharing: {mig: {1g.5gb: 7}}}
  gpu-cluster:teams:
    vision: {gpus: {l4: 2, a100: 7}, members: ["arn:aws:iam::111122223333:role/vision"]}
    speech: {gpus: {l4: 1}, members: ["arn:aws:iam::111122223333:role/speech"]}
  gpu-cluster:storage:
    disk: {kind: ebs, default: true, reclaim: delete}
  gpu-cluster:protect: false
"""
MIG = "nvidia_com_mig_1g_5gb"
NOTEBOOKS, BATCH, VOICE = pod("vision", "notebooks"), pod("vision", "batch"), pod("speech", "voice")
UNKNOWN = "vt1.3xlarge"  # has no price here
SHARED_SAMPLES: dict[str, list[tuple[float, float]]] = {
    node("system-a", "system", "m7i.2xlarge", "ON_DEMAND"): [*minutes(*DAY)],
    node("l4-a", "l4", "g6.4xlarge", "ON_DEMAND"): [*minutes(*DAY)],
    node("a100-a", "a100", "p4d.24xlarge", "ON_DEMAND"): [*minutes(*DAY)],
    offers("l4-a"): [*minutes(*DAY, 4)],
    offers("a100-a", MIG): [*minutes(*DAY, 56)],
    # Two of four shares of one GPU: half a GPU. Its utilization is that of four pods.
    requests(NOTEBOOKS, "l4-a"): [*minutes(*DAY, 2)],
    phase(NOTEBOOKS, "Running"): [*minutes(*DAY)],
    utilization("vision", "notebooks", 0): [*minutes(*DAY, 90)],
    # A quarter of a GPU, until noon: 364 + 244 minutes.
    requests(VOICE, "l4-a"): [*minutes(0, 720)],
    phase(VOICE, "Running"): [*minutes(0, 720)],
    # Seven of 56 instances: an eighth of the server, one of its eight GPUs.
    requests(BATCH, "a100-a", MIG): [*minutes(*DAY, 7)],
    phase(BATCH, "Running"): [*minutes(*DAY)],
    # A node of a type without a price and without a pool.
    f'kube_node_labels{{node="by-hand",label_node_kubernetes_io_instance_type="{UNKNOWN}"}}': [
        *minutes(*DAY)
    ],
}


def test_shares_and_mig_instances_cost_their_part_of_a_server(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,324 of 1,440 minutes are measured; a disk costs 0.01 an hour."""
    (project / "stacks" / "Pulumi.shared.yaml").write_text(SHARED_STACK)
    prices = copy.deepcopy(PRICES)
    prices["prices"][0]["instances"]["p4d.24xlarge"] = 32
    monkeypatch.chdir(project)
    before = (project / "prices.yaml").read_text()
    (project / "prices.yaml").write_text(yaml.safe_dump(prices))
    backfill(SHARED_SAMPLES, tmp_path / "data")
    with prometheus(tmp_path / "data") as url:
        code, document = cost(project, url, monkeypatch, "shared")
    (project / "prices.yaml").write_text(before)

    measured, voice = 1324 / 60, 608 / 60
    held = {
        (space["namespace"], it["pool"]): it
        for space in document["namespaces"]
        for it in space["workloads"]
        if it["gpuHours"]
    }
    figures = {key: (it["gpuHours"], it["cost"]["most"]) for key, it in held.items()}
    assert figures == {
        ("vision", "l4"): (about(measured / 2), about(measured * 1.21 / 2)),
        ("speech", "l4"): (about(voice / 4), about(voice * 1.21 / 4)),
        ("vision", "a100"): (about(measured), about(measured * 32.01 / 8)),
    }
    for it in held.values():  # DCGM does not report it by pod
        assert it["unmeasuredGpuHours"] == it["gpuHours"]
        assert it["usedGpuHours"] == it["idleGpuHours"] == 0
    shared = {(it["what"], it["pool"]): it["gpuHours"] for it in document["shared"]}
    assert shared["GPUs that no pod held", "l4"] == about(measured / 2 - voice / 4)
    assert shared["GPUs that no pod held", "a100"] == about(7 * measured)
    assert (code, document["complete"]) == (3, False)
    assert any(UNKNOWN in it["cause"] for it in document["missing"]), document["missing"]
    assert not any("utilization" in it for it in document["uncertain"])


def about(amount: float) -> Any:
    return pytest.approx(amount, abs=0.02)
