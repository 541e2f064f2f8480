"""Estimates against published measurements; needs the extra, `make test-throughput` installs it."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median

import pytest

from gpu_cluster.capacity import device_of
from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster_tools.throughput.accuracy import BETWEEN_TOKENS, FIRST_TOKEN, TOKENS_PER_SECOND, Accuracy
from gpu_cluster_tools.throughput.estimate import Layout, Speed, Workload
from gpu_cluster_tools.throughput.measured_model import measured_model
from gpu_cluster_tools.throughput.measurements import Measurements

_TUNED = "InferenceX"
"""Benchmark on whose figures the makers of the estimator tuned it."""

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
def test_errors_are_those_that_the_command_states(name: str, compared: Compared) -> None:
    column, estimate, stated = MEASURES[name]
    found = errors(column, estimate, compared)

    assert Accuracy(len(found), round(median(found), 2), round(max(found), 2)) == stated


def test_figures_that_nobody_tuned_on_are_no_worse(compared: Compared) -> None:
    other = [(row, speed) for row, speed in compared if _TUNED not in row["source"]]

    assert median(errors(*MEASURES["tokens/s"][:2], other)) < 0.15
    assert median(errors(*MEASURES["between tokens"][:2], other)) < 0.25


def test_figures_have_a_source_and_a_day() -> None:
    assert all(row["source"] and row["date"] for row in published())
