"""Estimates compared with published measurements; `make test-throughput` installs the required extra."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles

import pytest

from gpu_cluster.capacity import device_of
from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster_tools.throughput.accuracy import BETWEEN_TOKENS, FIRST_TOKEN, TOKENS_PER_SECOND, Accuracy
from gpu_cluster_tools.throughput.estimate import Layout, NoData, Speed, Workload
from gpu_cluster_tools.throughput.measured_model import MeasuredModel, measured_model
from gpu_cluster_tools.throughput.measurements import SYSTEMS, Measurements

_TUNED = "InferenceX"
"""Benchmark on whose figures the authors of the estimator tuned it."""

pytestmark = pytest.mark.usefixtures("_installed")


@pytest.fixture(scope="module")
def _installed() -> None:
    pytest.importorskip("aiconfigurator_core")


@pytest.fixture(scope="module")
def compared() -> list[tuple[Mapping[str, str], Speed]]:
    measurements = Measurements()
    return [(row, speed_of(row, measurements)) for row in published()]


def published() -> Iterator[Mapping[str, str]]:
    with Path(__file__).with_name("published.csv").open() as file:
        yield from csv.DictReader(file)


def speed_of(row: Mapping[str, str], measurements: Measurements) -> Speed:
    found = measurements.speed(
        measured_model(MODELS[row["model"]], measurements.models),
        row["gpu"],
        row["engine"],
        Layout(int(row["tensor"]), expert=row["expert"] == "yes"),
        Workload(int(row["input"]), int(row["output"]), int(row["concurrency"])),
        device_of(GPUS[row["gpu"]]).batch,
    )
    assert isinstance(found, Speed), (row, found)
    return found


Compared = Iterable[tuple[Mapping[str, str], Speed]]
MEASURES: Mapping[str, tuple[str, Callable[[Speed], float], Accuracy]] = {
    "tokens/s": ("tokens_per_second", lambda it: it.tokens_per_second, TOKENS_PER_SECOND),
    "between tokens": ("between_tokens_ms", lambda it: it.between_tokens * 1000, BETWEEN_TOKENS),
    "first token": ("first_token_ms", lambda it: it.first_token * 1000, FIRST_TOKEN),
}


def errors(column: str, estimate: Callable[[Speed], float], compared: Compared) -> list[float]:
    return [abs(estimate(speed) / float(row[column]) - 1) for row, speed in compared if row[column]]


@pytest.mark.parametrize("name", MEASURES)
def test_errors_match_the_figures_of_the_command(name: str, compared: Compared) -> None:
    column, estimate, stated = MEASURES[name]
    found = errors(column, estimate, compared)

    assert Accuracy(len(found), round(median(found), 2), round(max(found), 2)) == stated


def test_errors_outside_the_tuning_set_are_not_larger(compared: Compared) -> None:
    other = [(row, speed) for row, speed in compared if _TUNED not in row["source"]]

    assert median(errors(*MEASURES["tokens/s"][:2], other)) < 0.15
    assert median(errors(*MEASURES["between tokens"][:2], other)) < 0.25


_IN_FP4 = {
    "MiniMaxAI/MiniMax-M2.5": "nvidia/MiniMax-M2.5-NVFP4",
    "moonshotai/Kimi-K2.5": "nvidia/Kimi-K2.5-NVFP4",
}
"""Models that the package gives the same name in every precision."""


@pytest.mark.slow  # takes 30 s
def test_errors_on_the_tuning_set_match_the_docs() -> None:
    """Every vLLM figure in the package: from InferenceX and from its authors."""
    gpus = {system: gpu for gpu, system in SYSTEMS.items()}
    measurements, between, first, none = Measurements(), list[float](), list[float](), 0
    for row in _carried():
        if (row["mode"], row["backend"]) != ("agg", "vllm") or row["system"] not in gpus:
            continue
        if row["model_path"] not in measurements.models:
            continue
        name = _IN_FP4.get(row["model_path"], "") if row["precision"] == "fp4" else ""
        found = measurements.speed(
            MeasuredModel(name or row["model_path"], row["precision"]),
            gpus[row["system"]],
            "vllm",
            Layout(
                _count(row["tp_size"]),
                _count(row["pp_size"]),
                _count(row["attention_dp_size"]),
                expert=_count(row["moe_ep_size"]) > 1,
            ),
            Workload(int(row["isl"]), int(row["osl"]), _concurrency(row)),
            8192,
        )
        if isinstance(found, NoData):
            none += 1
            continue
        between.append(abs(found.between_tokens * 1000 / float(row["silicon_tpot_ms"]) - 1))
        first.append(abs(found.first_token * 1000 / float(row["silicon_ttft_ms"]) - 1))

    assert (len(between), none) == (1028, 54)
    assert (round(median(between), 2), round(quantiles(between, n=10)[-1], 2)) == (0.16, 0.43)
    assert (round(median(first), 2), round(quantiles(first, n=10)[-1], 2)) == (0.36, 0.86)


def _carried() -> Iterator[Mapping[str, str]]:
    package = Path(str(pytest.importorskip("aiconfigurator_core").__file__)).parent
    with (package / "systems/silicon_sample.csv").open() as file:
        yield from csv.DictReader(file)


def _count(text: str) -> int:
    return int(float(text or 1))


def _concurrency(row: Mapping[str, str]) -> int:
    """The measured concurrency; the package stores requests for each attention-parallel copy."""
    stated = re.search(r"silicon_concurrency=(\d+)", row["silicon_data_source"])
    copies = _count(row["attention_dp_size"]) * _count(row["pp_size"])
    return int(stated[1]) if stated else _count(row["batch_size"]) * copies


def test_published_figures_have_source_and_date() -> None:
    assert all(row["source"] and row["date"] for row in published())
