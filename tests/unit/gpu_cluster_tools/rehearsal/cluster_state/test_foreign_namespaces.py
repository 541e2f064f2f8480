"""An update of an existing cluster refuses to take over namespaces."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpu_cluster.plan import plan_of
from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError
from gpu_cluster_tools.rehearsal.cluster_state.foreign_namespaces import refuse_foreign_namespaces

PROJECT = Path(__file__).parents[5]


@pytest.fixture(scope="module")
def graph() -> Any:
    return plan_of(PROJECT, "edge").graph


def refuse(graph: Any, existing: list[str], own: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [{"type": "kubernetes:core/v1:Namespace", "id": name} for name in own]

    def state(_: PulumiEngine) -> dict[str, Any]:
        return {"resources": resources} if resources else {}

    monkeypatch.setattr(PulumiEngine, "state", state)
    cluster: Any = SimpleNamespace(namespaces=lambda: existing)
    refuse_foreign_namespaces(graph, PulumiEngine(PROJECT, "edge", {}), cluster)


@pytest.mark.parametrize(
    ("existing", "own"),
    [
        (["default", "kube-system"], []),  # a new stack
        (["default", "gpu-system", "serving"], ["gpu-system", "serving"]),  # its next update
    ],
)
def test_own_and_unrelated_namespaces_are_allowed(
    graph: Any, existing: list[str], own: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(graph, existing, own, monkeypatch)


def test_update_that_would_take_over_a_namespace_is_refused(
    graph: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RehearsalError, match="stack edge would create: serving, telemetry"):
        refuse(graph, ["telemetry", "serving", "gpu-system"], ["gpu-system"], monkeypatch)
