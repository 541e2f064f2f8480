import json
from dataclasses import asdict
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.rehearsal.fuzz import Case, Fuzzer, by_fault, show, summary
from gpu_cluster_tools.toolchain import Toolchain

CASES = [
    Case(0, {"throttling": 0.2}, ["up: 1 attempts", "destroy: 1 attempts"]),
    Case(1, {"node-never-joins": 0.9}, ["up: 6 attempts"], stopped="NodeGroup system: no node\njoined"),
    Case(2, {}, [], wrong=["up: lost aws:ec2/vpc:Vpc vpc-1"]),
]


def test_summary_counts_cases_and_lists_violations() -> None:
    assert summary(CASES).splitlines() == [
        "3 cases: 2 converged, 1 stopped with an actionable error, 1 violations",
        "  seed 1 stopped: NodeGroup system: no node joined",
        "  WRONG seed 2: up: lost aws:ec2/vpc:Vpc vpc-1",
    ]


def test_cases_are_counted_by_fault() -> None:
    assert by_fault(CASES).splitlines() == [
        "  eventual-consistency     0 cases: 0 converged, 0 stopped, 0 wrong",
        "  insufficient-capacity    0 cases: 0 converged, 0 stopped, 0 wrong",
        "  node-never-joins         1 cases: 0 converged, 1 stopped, 0 wrong",
        "  throttling               1 cases: 1 converged, 0 stopped, 0 wrong",
        "  timeout-after-success    0 cases: 0 converged, 0 stopped, 0 wrong",
    ]


def test_each_case_is_one_line() -> None:
    told: list[str] = []

    show(CASES, told.append)

    assert told[0] == "seed    0  converged  throttling 0.2; up: 1 attempts; destroy: 1 attempts"
    assert [line.split()[2] for line in told] == ["converged", "stopped", "WRONG"]


def test_fuzzing_resumes_after_the_recorded_cases(tmp_path: Path) -> None:
    file = tmp_path / "campaign.jsonl"
    file.write_text("".join(json.dumps(asdict(case)) + "\n" for case in CASES))
    fuzzer = Fuzzer(tmp_path, Toolchain({}), file)

    assert fuzzer.done() == CASES
    assert list(fuzzer.run([0, 1, 2])) == []  # without any engine


@pytest.mark.parametrize("line", ['{"seed": 1', '{"another": "version"}', "[]"])
def test_unreadable_results_are_reported(tmp_path: Path, line: str) -> None:
    file = tmp_path / "campaign.jsonl"
    file.write_text(line)

    with pytest.raises(RehearsalError, match=r"campaign\.jsonl has results that cannot be read"):
        Fuzzer(tmp_path, Toolchain({}), file).done()
