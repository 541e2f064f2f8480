import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import ERRORS, app
from gpu_cluster_tools.cli.throughput import text
from gpu_cluster_tools.throughput.measurements import NoMeasurementsError
from gpu_cluster_tools.throughput.model_report import StackReport
from tests.unit.gpu_cluster_tools.throughput.fake_measurements import FakeMeasurements

PROJECT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


@pytest.fixture
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpu_cluster_tools.cli.throughput.Measurements", FakeMeasurements)


def throughput(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["throughput", *arguments])


def document(*arguments: str) -> Any:
    return json.loads(throughput(*arguments, "--json").stdout)


def test_missing_extra_is_one_line_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiconfigurator_core.sdk.common", None)
    done = throughput("prod")

    assert isinstance(done.exception, NoMeasurementsError)
    assert "pip install 'gpu-cluster[throughput]'" in str(done.exception)
    assert "\n" not in str(done.exception)
    assert ERRORS[f"{NoMeasurementsError.__module__}.{NoMeasurementsError.__name__}"] == 1


@pytest.mark.usefixtures("_measured")
def test_each_model_has_estimates_or_a_reason_without_data() -> None:
    done = throughput("prod", "--concurrency", "8")
    chat, code, large = re.split(r"\n\n", done.stdout)[1:4]

    assert done.exit_code == 3  # chat and code have no estimate
    assert "no data: no measurements of L4" in chat
    assert "no data: no measured model has the architecture of Qwen/Qwen2.5-32B-Instruct" in code
    assert "measured with vllm 0.24.0; 0.26.0 is served" in large
    # 4 of 8 GPUs of 41.528 dollars, for 8 x 50 x 2 x 0.99^7 tokens in a second
    assert large.splitlines()[-1].split() == ["8", "746", "186", "93", "0.80", "s", "7.74"]


@pytest.mark.usefixtures("_measured")
def test_models_of_a_team_are_estimated_on_pools_of_its_environment() -> None:
    found = document("prod-vision")

    assert {it["pool"] for it in found["models"]} == {"l4"}
    assert "detect" in {it["name"] for it in found["models"]}


@pytest.mark.usefixtures("_measured")
def test_output_states_the_error_of_estimates() -> None:
    assert re.search(r"tokens/s \d+% in the median, \d+% at worst, of 25 figures", throughput("prod").stdout)


@pytest.mark.usefixtures("_measured")
def test_target_is_met_by_the_cheapest_nodes_first() -> None:
    done = throughput("prod", "--model", "large", "--tokens-per-second", "60")
    [found] = document("prod", "--model", "large", "--tokens-per-second", "60")["models"]

    assert done.exit_code == 0
    assert "60 tokens/s for each request, cheapest first: h100" in done.stdout
    assert found["cheapest"] == found["cheapestPool"] == "h100"
    assert "pool h100 (p5.48xlarge)" in done.stdout
    assert re.search(r"no measurements of A10G +g5\.\*", done.stdout)


@pytest.mark.usefixtures("_measured")
def test_unreachable_target_exits_with_3() -> None:
    done = throughput("prod", "--model", "large", "--ttft", "0.001", "--tokens-per-second", "1000")

    assert done.exit_code == 3
    assert (
        "no configuration meets first token within 0.001 s and 1000 tokens/s for each request" in done.stdout
    )


@pytest.mark.usefixtures("_measured")
def test_unknown_model_suggests_the_nearest_name() -> None:
    done = throughput("prod", "--model", "larg")

    assert done.exit_code == 2
    assert "unknown 'larg', did you mean 'large'?" in " ".join(done.output.replace("│", " ").split())


@pytest.mark.usefixtures("_measured")
def test_json_keys_match_the_docs() -> None:
    row = next(
        line
        for line in (PROJECT / "docs/json.md").read_text().splitlines()
        if line.startswith("| `throughput`")
    )
    whole, model, *more = (set(re.findall(r"\w+", keys)) for keys in re.findall(r"`([^`]+)`", row)[1:])
    found = document("prod", "--model", "large")
    targeted = document("prod", "--model", "large", "--ttft", "5")

    assert set(found) == set(targeted) == whole
    assert set(found["models"][0]) == model
    assert set(targeted["models"][0]) == model.union(*more)


def test_stack_without_models_is_reported() -> None:
    assert text(StackReport("edge", 2048, 256, None, ())) == "edge serves no model"
