"""Stacks of a new project, created by `init` and filled in: clean, priced and rehearsed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import app
from tests.rehearsal.checkout import run_gpu_cluster

EKS, EXISTING, LOCAL = "--provider eks --region", "--provider existing --gpu", "--provider local"
SMALL, LARGE = "--model Qwen/Qwen2.5-7B-Instruct", "--model meta-llama/Llama-3.1-70B-Instruct"

DRAFTS = {
    "eks": f"{EKS} eu-central-1",
    "eks-gated-model": f"{EKS} us-east-2 --model meta-llama/Llama-3.1-8B-Instruct --team vision",
    "eks-large-model": f"{EKS} us-west-2 --gpu H100 --model Qwen/Qwen2.5-72B-Instruct",
    "eks-by-demand": f"{EKS} ap-northeast-1 --gpu L40S --nodes 1-3 --team research",
    "eks-instance": f"{EKS} eu-west-1 --instance g5.12xlarge",
    "eks-production": f"{EKS} us-east-2 --production {SMALL} --nodes 2-4 --budget 40000"
    " --zones us-east-2a,us-east-2b,us-east-2c",
    "existing": f"{EXISTING} H100",
    "existing-large-model": f"{EXISTING} H100 {LARGE} --nodes 2",
    "existing-production": f"{EXISTING} L40S --gpus 4 --production --nodes 2 --team vision {SMALL}",
    "existing-unknown-model": f"{EXISTING} L4 --gpus 1 --model someone/new",
    "local": LOCAL,
    "local-model": f"{LOCAL} --gpu A100-80GB {SMALL} --nodes 2 --team vision",
}
"""Arguments of `gpu-cluster init` by stack name."""

ANSWERS = {
    "account": "123456789012",
    "principal": "arn:aws:iam::123456789012:role/platform",
    "secure": '"v1:not:decryptable"',
    "revision": "4fbd2f2b9d1a7c3a3f9f8f1a2f6d8b9e0c1d2e3f",
    "notify": "platform@example.com",
    "cost-centre": '"4711"',
    "members": {"eks": "arn:aws:iam::123456789012:role/vision", "existing": '"group:vision"'},
    "cpus": "192",
    "memory": "2Ti",
    "server": "files.example.com",
    "share": "srv/models",
    "weights": "16Gi",
}
"""Values for placeholders by the last key before them."""

_BLANK = re.compile(r"([\w-]+):[ {\[\"/]*CHANGEME")


def _filled(text: str, provider: str) -> str:
    while found := _BLANK.search(text):
        value = ANSWERS[found[1]]
        said = value if isinstance(value, str) else value[provider]
        text = text[: found.start()] + found[0].replace("CHANGEME", said) + text[found.end() :]
    assert "CHANGEME" not in re.sub("#.*", "", text), text
    return text


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert _run("new", "acme").exit_code == 0
    monkeypatch.chdir(tmp_path / "acme")
    return tmp_path / "acme"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _drafted(project: Path, name: str) -> str:
    """Provider of the stack, whose file is created and filled in."""
    arguments = shlex.split(DRAFTS[name])
    done = _run("init", name, "--yes", "--force", *arguments)
    assert done.exit_code == 0, done.output
    file = project / f"stacks/Pulumi.{name}.yaml"
    file.write_text(_filled(file.read_text(), arguments[1]))
    return arguments[1]


def _holds_before_it_runs(project: Path, name: str) -> None:
    provider = _drafted(project, name)
    valid = _run("validate", name)
    assert valid.exit_code == 0, valid.exception
    checked = _run("check", name, "--format", "json")
    judged = json.loads(checked.stdout)
    assert (checked.exit_code, judged["summary"]["stopping"]) == (0, 0), judged["findings"]
    assert judged["summary"]["rules"] > 100
    assert judged["summary"]["notJudged"] == 0
    if provider == "eks":
        priced = _run("cost", name, "--json")
        bill = json.loads(priced.stdout)
        assert priced.exit_code == (0 if bill["complete"] else 3)
        assert bill["monthly"]["least"] > 400
        causes = [it["cause"] for it in bill["missing"]]
        assert bool(causes) is not bill["complete"]
        assert all(cause.startswith("no price for ") for cause in causes)
        assert causes == sorted(set(causes))


def test_twelve_stacks_are_tested() -> None:
    assert len(DRAFTS) == 12


@pytest.mark.parametrize("name", DRAFTS)
def test_new_stack_is_clean_and_priced_or_lists_missing_prices(project: Path, name: str) -> None:
    _holds_before_it_runs(project, name)


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.parametrize("name", DRAFTS)
def test_rehearsal_of_a_new_stack_passes(
    project: Path, name: str, record_property: Callable[[str, object], None]
) -> None:
    _holds_before_it_runs(project, name)

    done = run_gpu_cluster(project, "rehearse", name, "--json")

    assert done.stdout.startswith("{"), done.stderr
    report = json.loads(done.stdout)
    record_property("figures", {key: report[key] for key in ("resources", "seconds", "minutes")})
    record_property("steps", [f"{it['name']}: {it['words']}" for it in report["steps"]])
    assert (done.returncode, report["held"]) == (0, True), [it for it in report["steps"] if not it["held"]]
    [left] = [it for it in report["steps"] if it["name"] == "left"]
    record_property("retained", left["notes"])
    assert left["words"] == ("only retained resources" if left["notes"] else "nothing")
