"""Real nodes of the local platform: selection, start, and a first request to a model."""

import http.client
import json
import os
import sys
import time
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import typer

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.stack import Stack
from gpu_cluster.plan import plan_of
from gpu_cluster_tools.cli.local.first_answer import first_answer
from gpu_cluster_tools.cli.local.local_gateway import images_of_gateway
from gpu_cluster_tools.cli.local.local_support import missing_for_logs
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.real_node.cluster_dns import cluster_dns
from gpu_cluster_tools.real_node.images import container_images
from gpu_cluster_tools.real_node.node import HIDDEN
from gpu_cluster_tools.real_node.real_nodes import RealNodes
from gpu_cluster_tools.real_node.selection import RealSelection, real_selection
from gpu_cluster_tools.real_node.support_images import support_images
from gpu_cluster_tools.real_node.vllm_image import MOUNT
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.toolchain import Toolchain, tools_folder
from gpu_cluster_tools.toolchain.debian import provide_programs
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement

_FLAGS = "vllm-0.26.0.json"
_ANSWER_SECONDS = 60
_QUESTION = "Which GPUs do you run on?"


def choose(project: RunningProject, settings: Stack) -> RealSelection | None:
    """Pools whose nodes are real; prints the reason if there are none."""
    if os.environ.get("REAL_NODE", "").lower() == "no":
        return None
    found = real_selection(settings)
    if isinstance(found, str):
        typer.echo(f"real nodes: none, because {found}")
        return None
    of_path = hidden(_needed(project)) or unmountable(project.folder)
    missing = missing_requirement() or missing_for_logs(settings) or of_path
    if missing:
        typer.echo(f"real nodes: none, because they need {missing}; all nodes are simulated")
        return None
    return found


def _needed(project: RunningProject) -> Mapping[str, Path]:
    return {"the project": project.folder, "Python": Path(sys.prefix), "the tools": tools_folder()}


def hidden(needed: Mapping[str, Path]) -> str | None:
    """Reason by a folder that nodes would not see, because they have their own of its name."""
    found = (
        f"{what} outside {folder}"
        for what, it in needed.items()
        for folder in HIDDEN
        if it.resolve().is_relative_to(Path(folder).resolve())
    )
    return next(found, None)


def unmountable(project: Path) -> str | None:
    """Reason by a character of the path at which the kernel splits the options of an overlay."""
    found = next((it for it in str(project.resolve()) if it in ",:\\"), None)
    return f"a project whose path has no {found}" if found else None


def start_real_nodes(
    project: RunningProject,
    stack: str,
    control_plane: LocalControlPlane,
    toolchain: Toolchain,
    real: RealSelection,
    vllm_cpu: Path | None,
) -> None:
    """`vllm_cpu`: the folder of vLLM itself, if it serves the models."""
    typer.echo(f"real nodes: starting {', '.join(real.nodes)}")
    plan = plan_of(project.folder, stack)
    graph = plan.graph
    with as_file(files("gpu_cluster.catalog.engines") / _FLAGS) as flags:
        images = container_images(toolchain, graph, flags, vllm_cpu)
    of_gateway = images_of_gateway(plan.stack, real, graph, toolchain)
    of_support = support_images(graph, toolchain, real.pools)
    images_by_pool = {
        pool.name: [*images, *of_gateway.get(pool.name, []), *of_support[pool.name]] for pool in real.pools
    }
    mounts = {MOUNT: vllm_cpu} if vllm_cpu else {}
    RealNodes(project.local).start(control_plane, toolchain, provide_programs(), real, images_by_pool, mounts)
    cluster_dns(control_plane.kubeconfig)
    typer.echo("real nodes: ready")


def answered(project: RunningProject, settings: Stack) -> None:
    """Send one request to the first model, and show the curl command for more."""
    kubeconfig = project.local / "kubeconfig"
    models = RealNodes(project.local).lead_to(kubeconfig, settings.serving.namespace)
    model, port = next(iter(models.items()))
    seconds = _answer_seconds(settings, model)
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": _QUESTION}]})
    started = time.monotonic()
    # The rules of the Service are written some time after its pods are ready.
    answer = first_answer("the model", port, lambda: _ask(port, body), seconds=seconds)
    typer.echo(f"model {model} answered in {(time.monotonic() - started) * 1000:.0f} ms: {answer}")
    typer.echo(
        f"try it: curl http://127.0.0.1:{port}/v1/chat/completions -H 'Content-Type: application/json' "
        f"-d '{body}'"
    )


def _answer_seconds(settings: Stack, model: str) -> float:
    """Time for the first answer. The engine waits for new replicas, but not for those that start again."""
    cluster = settings.cluster
    loads = isinstance(cluster, LocalCluster) and cluster.engine == "vllm-cpu"
    return settings.serving.models[model].load_minutes * 60 if loads else _ANSWER_SECONDS


def _ask(port: int, body: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
