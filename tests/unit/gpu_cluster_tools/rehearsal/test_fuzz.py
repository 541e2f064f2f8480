import json
from dataclasses import asdict
from pathlib import Path

from gpu_cluster_tools.rehearsal.fuzz import Case, Fuzzer, by_fault, show, summary
from gpu_cluster_tools.toolchain import Toolchain

LIVES = [
    Case(0, {"throttling": 0.2}, ["up: 1 attempts", "destroy: 1 attempts"]),
    Case(1, {"node-never-joins": 0.9}, ["up: 6 attempts"], stopped="NodeGroup system: no node\njoined"),
    Case(2, {}, [], wrong=["up: lost aws:ec2/vpc:Vpc vpc-1"]),
]


def test_a_summary_counts_lives_and_names_what_must_not_be() -> None:
    assert summary(LIVES).splitlines() == [
        "3 lives: 2 converged, 1 stopped with an error to act on, 1 things that must not be",
        "  seed 1 stopped: NodeGroup system: no node joined",
        "  WRONG seed 2: up: lost aws:ec2/vpc:Vpc vpc-1",
    ]


def test_lives_are_counted_by_the_faults_that_they_met() -> None:
    assert by_fault(LIVES).splitlines() == [
        "  eventual-consistency     0 lives: 0 converged, 0 stopped, 0 wrong",
        "  insufficient-capacity    0 lives: 0 converged, 0 stopped, 0 wrong",
        "  node-never-joins         1 lives: 0 converged, 1 stopped, 0 wrong",
        "  throttling               1 lives: 1 converged, 0 stopped, 0 wrong",
        "  timeout-after-success    0 lives: 0 converged, 0 stopped, 0 wrong",
    ]


def test_each_life_is_a_line() -> None:
    told: list[str] = []

    show(LIVES, told.append)

    assert told[0] == "seed    0  converged  throttling 0.2; up: 1 attempts; destroy: 1 attempts"
    assert [line.split()[2] for line in told] == ["converged", "stopped", "WRONG"]


def test_a_campaign_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file = tmp_path / "campaign.jsonl"
    file.write_text("".join(json.dumps(asdict(life)) + "\n" for life in LIVES))
    campaign = Fuzzer(tmp_path, Toolchain({}), file)

    assert campaign.done() == LIVES
    assert list(campaign.run([0, 1, 2])) == []  # without any engine
