"""Telemetry and logs of a stack on the real nodes of this machine: their nodes, programs and images."""

from collections.abc import Sequence
from pathlib import Path

import typer

from gpu_cluster.capacity.telemetry_requests import telemetry_requests
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import Graph, plan_of
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.real_node.selection import RealSelection
from gpu_cluster_tools.real_node.support_images import support_tools
from gpu_cluster_tools.real_node.support_pools import support_pools
from gpu_cluster_tools.toolchain import Tool
from gpu_cluster_tools.toolchain.estimate import Estimate, in_minutes
from gpu_cluster_tools.toolchain.toolchain import is_built

_OF_JOURNALS = ("/usr/bin/journalctl", "/etc/machine-id")
"""Files that the agents of logs read on their node."""


def has_support(settings: Stack) -> bool:
    """Whether pods of telemetry or logs run on the nodes."""
    return settings.telemetry.enabled or settings.logs is not None


def missing_for_logs(settings: Stack) -> str | None:
    """File of this machine that agents of logs need and that it lacks."""
    if settings.logs is None or not settings.logs.nodes:
        return None
    missing = next((path for path in _OF_JOURNALS if not Path(path).exists()), None)
    return f"{missing} for the agents of logs, or `nodes: false` in gpu-cluster:logs" if missing else None


def prepare_support(
    project: RunningProject, stack: str, settings: Stack, real: RealSelection
) -> tuple[RealSelection, list[Tool]]:
    """Selection with the nodes of Prometheus and the log collector, and the programs of all these pods.

    Prints what does not run, and how long missing programs take to build.
    """
    if not has_support(settings):
        return real, []
    graph = plan_of(project.folder, stack).graph
    found = support_pools(settings, graph, real)
    if isinstance(found, str):
        servers = ", ".join(telemetry_requests(settings))
        typer.echo(f"telemetry and logs: nothing is collected; {servers} stay on simulated nodes: {found}")
    else:
        real = real.with_pools(found)
    return real, _tools(graph, real)


def _tools(graph: Graph, real: RealSelection) -> list[Tool]:
    tools = support_tools(graph, real.pools)
    if missing := [tool.name for tool in tools if not is_built(tool)]:
        typer.echo(
            f"telemetry and logs: building {_listed(missing)} once, {in_minutes(Estimate(missing).total)}; "
            "REAL_NODE=no leaves them out"
        )
    return tools


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def say_empty(settings: Stack) -> None:
    """A line about the one exporter that has no metrics here."""
    if settings.telemetry.enabled:
        typer.echo("telemetry: no metrics of GPUs, because real nodes have none: dcgm-exporter is empty")
