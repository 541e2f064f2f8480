"""The platform's own stacks pass before the first deployment, when the engine knows no ID and no ARN."""

# pyright: reportUnknownMemberType=false
# pulumi_policy leaves the result of `validate` untyped.

from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.plan import Graph, Registered
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load
from gpu_cluster_policies.crossguard import policies
from tests.policies.paths import options, sent
from tests.unit.graph import graph_of

STACKS = Path(__file__).parents[2] / "stacks"


def _previewed(stack: str) -> Graph:
    """Inputs of the program before any resource exists."""
    settings = load(STACKS / f"Pulumi.{stack}.yaml")
    backend = backend_for(settings, Path(), kubeconfig=lambda _settings, _project: "kubeconfig")
    return graph_of(lambda: Platform("platform", settings, backend=backend), preview=True)


def _findings(graph: Graph, stack: str) -> list[str]:
    """Findings of mandatory policies, first for each resource alone, in the engine's order."""
    said: list[str] = []
    shown = {registered.urn: _shown(registered, stack) for registered in graph.resources}
    for registered in graph.resources:
        resource = shown[registered.urn]
        resource.property_dependencies.update(
            (key, [shown[urn] for urn in urns if urn in shown]) for key, urns in registered.made_of.items()
        )
    pack = [
        policy
        for policy in policies(Path(__file__).parents[2])
        if policy.enforcement_level is EnforcementLevel.MANDATORY
    ]
    for registered, resource in zip(graph.resources, shown.values(), strict=True):
        asked: Any = unknown_checking_proxy(sent(registered.inputs))
        args = ResourceValidationArgs(
            resource.resource_type, asked, resource.urn, resource.name, resource.opts, None
        )
        for policy in pack:
            _hear(policy, args, said)
    for policy in pack:
        _hear(policy, StackValidationArgs([*shown.values()]), said)
    return said


def _hear(policy: Policy, args: ResourceValidationArgs | StackValidationArgs, said: list[str]) -> None:
    def report(message: str, _urn: str | None = None) -> None:
        said.append(f"{policy.name}: {message}")

    if isinstance(policy, ResourceValidationPolicy) and isinstance(args, ResourceValidationArgs):
        policy.validate(args, report)
    if isinstance(policy, StackValidationPolicy) and isinstance(args, StackValidationArgs):
        policy.validate(args, report)


def _shown(registered: Registered, stack: str) -> PolicyResource:
    outputs = {"id": UNKNOWN_STRING_VALUE, "arn": UNKNOWN_STRING_VALUE, **sent(registered.outputs)}
    props: Any = unknown_checking_proxy(outputs)
    urn = registered.urn.replace(":test:", f":{stack}:")
    return PolicyResource(
        registered.type, props, urn, registered.name, options(registered), None, None, [], {}
    )


@pytest.mark.parametrize("stack", ["staging"])
def test_first_preview_has_no_mandatory_findings(stack: str) -> None:
    graph = _previewed(stack)
    unknown = [r for r in graph.resources if UNKNOWN_STRING_VALUE in str(sent(r.inputs))]

    assert len(unknown) > 50
    assert _findings(graph, stack) == []


def test_unplanned_stack_reports_unknown_values() -> None:
    said = _findings(_previewed("dev"), "elsewhere")

    assert any("could not be evaluated: policy is unknown at preview" in finding for finding in said)
    # The source of the unknown output tells the key of the secrets, and flow logs and default group of the
    # network.
    assert not [finding for finding in said if finding.startswith(("4-", "24-", "25-"))]
