"""`gpu-cluster throughput`: tokens per second, latency, and dollars per million tokens."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.catalog.today import today
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.cost import Prices, project_prices
from gpu_cluster.cost.declared_prices import with_declared
from gpu_cluster.stack.suggestions import did_you_mean, one_of
from gpu_cluster_tools.cli.project import Project, StackName
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.throughput.document import document_of
from gpu_cluster_tools.throughput.estimate import NoData, Target, Workload
from gpu_cluster_tools.throughput.gpu_node import GpuNode, instance_nodes, pool_node
from gpu_cluster_tools.throughput.measurements import Measurements
from gpu_cluster_tools.throughput.model_report import ModelReport, StackReport
from gpu_cluster_tools.throughput.rows import (
    accuracy_words,
    estimate_rows,
    measured_with,
    meeting_rows,
    other_rows,
    target_words,
)
from gpu_cluster_tools.throughput.served_model import Served, ServedModel, served_model, unmeasured_node
from gpu_cluster_tools.throughput.target_search import cheapest

INCOMPLETE = 3
"""Exit code if a model has no estimate, or no configuration meets its target."""

_CONCURRENCY = (1, 8, 32, 128)

ModelName = Annotated[str | None, typer.Option("--model", help="Estimate only this model of the stack.")]
Input = Annotated[int, typer.Option("--input", min=1, help="Prompt length in tokens.")]
Output = Annotated[int, typer.Option("--output", min=2, help="Output length in tokens.")]
Concurrency = Annotated[
    list[int] | None,
    typer.Option(min=1, max=1024, help="Concurrent requests per replica. Repeatable."),
]
Ttft = Annotated[
    float | None, typer.Option(min=0.001, help="Target: maximum time to first token, in seconds.")
]
TokensPerSecond = Annotated[
    float | None, typer.Option(min=0.1, help="Target: minimum output tokens per second of each request.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def throughput(
    stack: StackName = "local",
    *,
    model: ModelName = None,
    input_: Input = 2048,
    output: Output = 256,
    concurrency: Concurrency = None,
    ttft: Ttft = None,
    tokens_per_second: TokensPerSecond = None,
    as_json: AsJson = False,
) -> None:
    """Estimate tokens per second, latency and dollars per million tokens of models, from measured kernels.

    With a target, finds the cheapest pool and instance type that meets it. Requires the extra `throughput`.

    Exit codes: 0 every model has an estimate, 1 the extra is not installed, 2 invalid command line or stack
    file, 3 a model has no estimate, or no configuration meets the target.
    """
    project = Project.here()
    found = project.any_stack(stack)
    settings = found.served if isinstance(found, TeamStack) else found
    platform = found.platform if isinstance(found, TeamStack) else None
    names = [_known(model, settings)] if model is not None else list(settings.serving.models)
    measurements = Measurements()
    target = Target(ttft, tokens_per_second) if ttft or tokens_per_second else None
    loads = [Workload(input_, output, each) for each in concurrency or _CONCURRENCY]
    prices = with_declared(project_prices(platform.folder if platform else project.folder), settings.hardware)
    with working(f"estimating {stack}", quiet=as_json):
        pools = pools_of(settings)
        nodes = {
            name: pool_node(pool, settings.pools[name], settings.region, prices, today())
            for name, pool in pools.items()
        }
        offered = list(_instances(settings, prices)) if target else []
        models = tuple(
            _report(name, settings, pools, nodes, offered, measurements, loads, target) for name in names
        )
    report = StackReport(stack, input_, output, target, models)
    typer.echo(json.dumps(document_of(report), indent=2) if as_json else text(report))
    if not report.complete:
        raise typer.Exit(INCOMPLETE)


def text(report: StackReport) -> str:
    """Tables of models and of nodes that meet the target, and the error of the estimates."""
    if not report.models:
        return f"{report.stack} serves no model"
    head = (
        f"{report.stack}: estimates of a replica from measured kernels, prompts of {report.input} tokens and "
        f"answers of {report.output}, prices before taxes and discounts, at full load"
    )
    off = f"error against published measurements: {'; '.join(accuracy_words())}"
    return "\n\n".join([head, *(_model_text(each, report.target) for each in report.models), off])


def _model_text(report: ModelReport, target: Target | None) -> str:
    node, gpus = report.node, report.settings.gpus * report.settings.nodes
    gpu = f"{gpus} x {node.gpu.name}" if node.gpu else "no GPU"
    bought = f", {node.bought}" if node.hourly else ""
    head = f"{report.name}: {report.settings.model} on pool {node.name} ({node.machine}, {gpu}{bought})"
    measured = measured_with(report)
    lines = [f"{head}; measured with {measured}" if measured else head]
    if isinstance(report.configured, NoData):
        lines.append(f"  no data: {report.configured.reason}")
    else:
        lines.append(table(estimate_rows(report)))
    if target and report.pools is not None:
        lines += _target_lines(report, target)
    return "\n".join(lines)


def _target_lines(report: ModelReport, target: Target) -> Iterator[str]:
    if report.meeting:
        cheapest = report.meeting[0].node.name
        yield f"  {target_words(target)}, cheapest first: {cheapest}"
        yield table(meeting_rows(report))
    else:
        yield f"  no configuration meets {target_words(target)}"
    others = other_rows((*(report.pools or ()), *(report.instances or ())))
    if others:
        yield table(others)


def _known(name: str, settings: Stack) -> str:
    names = settings.serving.models
    if name not in names:
        hint = did_you_mean(name, names) or f", expected {one_of(names) if names else 'a stack with models'}"
        raise typer.BadParameter(f"unknown '{name}'{hint}", param_hint="--model")
    return name


def _instances(settings: Stack, prices: Prices) -> Iterator[GpuNode]:
    """Instance types of the region; none if the stack is not on AWS."""
    if settings.region:
        yield from instance_nodes(settings.region, prices, today())


def _report(
    name: str,
    stack: Stack,
    pools: Mapping[str, Pool],
    nodes: Mapping[str, GpuNode],
    offered: list[GpuNode],
    measurements: Measurements,
    loads: list[Workload],
    target: Target | None,
) -> ModelReport:
    settings = stack.serving.models[name]
    found = served_model(settings, measurements)
    node = nodes[settings.pool]
    if isinstance(found, NoData):
        return ModelReport(name, settings, node, found)
    reason, pool = unmeasured_node(node), pools[settings.pool]
    configured = (
        NoData(reason) if reason else tuple((load, found.as_configured(pool, node, load)) for load in loads)
    )
    if target is None:
        return ModelReport(name, settings, node, configured)
    with_gpus = [each for each in nodes.values() if each.gpu]
    return ModelReport(
        name,
        settings,
        node,
        configured,
        tuple(_cheapest(found, with_gpus, target, loads[0])),
        tuple(_cheapest(found, offered, target, loads[0])),
    )


def _cheapest(
    model: ServedModel, nodes: list[GpuNode], target: Target, load: Workload
) -> Iterator[tuple[GpuNode, Served | NoData]]:
    for node in nodes:
        yield node, cheapest(model, node, target, load.input, load.output)
