"""Objects of a cluster that an update would take over: refused by `up`, found by `gate --stack`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from gpu_cluster.config.cluster import LocalCluster
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.cluster import NoKubeconfigError
from gpu_cluster.plan import Plan, plan_of
from gpu_cluster.stack.manifests import ObjectId
from gpu_cluster_policies.preview import Preview, PreviewError, read_preview
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.source_map import SourceMap
from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.cli.stack_preview import preview_json
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.doctor.api_server import ApiServer, NoAnswerError
from gpu_cluster_tools.existing_objects import (
    ADVICE,
    ExistingObject,
    Findings,
    PlannedObject,
    created_by,
    existing_objects,
    new_charts,
    own_objects,
    planned_by,
)
from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError

_EKS_CLUSTER = "aws:eks/cluster:Cluster"


def refuse_takeover(project: RunningProject, name: str, stack: Stack, engine: PulumiEngine) -> None:
    """Raise `RehearsalError` with every object of the plan that exists, and that the state does not have."""
    state = engine.state()
    if isinstance(stack.cluster, EksSettings) and not _has_cluster(state):
        return  # the update creates the cluster
    plan = plan_of(project.folder, name)
    planned = list(planned_by(plan.graph))
    unchecked: list[str] = []
    if new_charts(plan.graph, state):  # whose objects the engine alone knows
        try:
            planned += created_by(read_preview(preview_json(engine)).steps)
        except PreviewError as error:
            unchecked.append(f"objects of charts: {error}")
    findings = _found(project, name, stack, planned, own_objects(state))
    for reason in (*unchecked, *findings.unchecked):
        typer.echo(f"existing objects: not checked: {reason}", err=True)
    if findings.existing:
        raise RehearsalError(_refusal(findings.existing, plan, project))


def takeover_by(preview: Preview, name: str) -> Findings:
    """Objects that a preview creates although the cluster of the stack has them."""
    project = RunningProject.here()
    stack = project.any_stack(name)
    if not isinstance(stack, Stack) or isinstance(stack.cluster, LocalCluster):
        return Findings()
    if any(step.kind == "create" and step.type == _EKS_CLUSTER for step in preview.steps):
        return Findings()
    return _found(project, name, stack, list(created_by(preview.steps)), ())


def _has_cluster(state: Mapping[str, Any]) -> bool:
    return any(it["type"] == _EKS_CLUSTER for it in state.get("resources", ()))


def _found(
    project: RunningProject,
    name: str,
    stack: Stack,
    planned: Collection[PlannedObject],
    own: Collection[ObjectId],
) -> Findings:
    if all(it.id in own for it in planned):
        return Findings()
    try:
        return existing_objects(planned, own, ApiServer(*project.kubeconfig(name, stack)))
    except (NoAnswerError, NoKubeconfigError, RehearsalError) as error:
        return Findings(unchecked=(str(error),))


def _refusal(existing: Iterable[ExistingObject], plan: Plan, project: RunningProject) -> str:
    """Every object with its managers and the key of the stack file that it comes from."""
    origins = _Origins(plan, project)
    rows = [(str(it.planned), it.managed_by, origins.of(it.planned)) for it in existing]
    shown = table([("OBJECT", "MANAGED BY", "STACK FILE"), *sorted(rows)])
    return (
        f"the cluster has objects that stack {plan.name} would create, and that are not in its state:\n"
        f"{shown}\n"
        "An update would overwrite them, and `gpu-cluster down` would delete them: a namespace with all "
        "objects in it,\na definition with all objects of its kind.\n"
        f"hint: {ADVICE};\n`pulumi up` takes them over"
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """Resource whose line in the stack file is looked up."""

    judged: Resource
    path: str = "metadata.name"

    @property
    def resource(self) -> str:
        return self.judged.address


class _Origins:
    """Keys of the stack file that objects come from."""

    def __init__(self, plan: Plan, project: RunningProject) -> None:
        self._map = SourceMap(plan, project.folder)
        self._urns = {it.urn for it in plan.graph.resources}
        self._charts = {it.name: it.urn for it in plan.graph.of("Chart")}

    def of(self, planned: PlannedObject) -> str:
        """File, line and key; those of its chart for an object of one, whose name begins with the chart's."""
        chart = planned.urn.split("::", maxsplit=3)[3].partition(":")[0]
        urn = planned.urn if planned.urn in self._urns else self._charts.get(chart, "")
        return str(self._map.of(_Subject(Resource(planned.kind, {}, planned.name, urn=urn))))
