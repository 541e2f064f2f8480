"""Extras: valid manifests, existing chart folders, and an order of charts."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from gpu_cluster.config.extras import MANIFESTS, ChartSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.file_path import is_file
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.manifests import problems_of, shown
from gpu_cluster.stack.suggestions import did_you_mean


def extras(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    for position, problem in problems_of(stack.extras.manifests or ()):
        yield Diagnostic(("extras", "manifests", position), str(problem))
    for name, chart in stack.extras.charts.items():
        if chart.is_path and not is_file(Path(chart.chart) / "Chart.yaml"):
            message = f"no Chart.yaml in {shown(Path(chart.chart))}"
            yield Diagnostic(("extras", "charts", name, "chart"), message)
    yield from _order(stack.extras.charts, broken)


def _order(charts: Mapping[str, ChartSettings], broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    if MANIFESTS in charts:
        message = f"{MANIFESTS} means the objects of manifests in `after`; choose another name"
        yield Diagnostic(("extras", "charts", MANIFESTS), message)
    known = [*charts, MANIFESTS]
    for name, chart in charts.items():
        for position, earlier in enumerate(chart.after):
            keys: Keys = ("extras", "charts", name, "after", position)
            if earlier == name:
                yield Diagnostic(keys, "a chart cannot be after itself")
            elif earlier not in known and ("extras", "charts", earlier) not in broken:
                near = did_you_mean(earlier, known) or f"; there are {', '.join(known)}"
                yield Diagnostic(keys, f"unknown chart '{earlier}'{near}")
    try:
        TopologicalSorter({name: {*chart.after} - {name} for name, chart in charts.items()}).prepare()
    except CycleError as error:
        [first, *others] = reversed(error.args[1])
        message = f"{first} is after {', which is after '.join(others)}"
        yield Diagnostic(("extras", "charts", first, "after"), message)
