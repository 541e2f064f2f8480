"""Extras: valid manifests, and existing chart folders."""

from collections.abc import Iterator
from pathlib import Path

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic
from gpu_cluster.stack.manifests import problems_of, shown


def extras(stack: Stack) -> Iterator[Diagnostic]:
    for position, problem in problems_of(stack.extras.manifests or ()):
        yield Diagnostic(("extras", "manifests", position), str(problem))
    for name, chart in stack.extras.charts.items():
        if chart.is_path and not (Path(chart.chart) / "Chart.yaml").is_file():
            message = f"no Chart.yaml in {shown(Path(chart.chart))}"
            yield Diagnostic(("extras", "charts", name, "chart"), message)
