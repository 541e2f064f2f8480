from collections import Counter
from typing import Any

import pytest

from gpu_cluster_policies import UNKNOWN, Resource, pack_of
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import NotKnownError, Property


def _budget(name: str, selector: Any) -> Resource:
    spec = {"maxUnavailable": 1, "selector": selector}
    return Resource("PodDisruptionBudget", {"metadata": {"name": name, "namespace": "serving"}, "spec": spec})


def _scaler(target: Any) -> Resource:
    return Resource(
        "HorizontalPodAutoscaler",
        {"metadata": {"name": "chat", "namespace": "serving"}, "spec": {"scaleTargetRef": target}},
    )


def _model(name: str = "chat") -> Resource:
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "gpu-cluster"}
    container = {"name": "server", "image": "x", "resources": {"limits": {"nvidia.com/gpu": 1}}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return Resource(
        "Deployment", {"metadata": {"name": name, "namespace": "serving"}, "spec": {"template": template}}
    )


def _budgets(*selectors: Any) -> list[str]:
    model = _model()
    assert model.pod
    budgets = [_budget(f"budget-{index}", selector) for index, selector in enumerate(selectors)]
    return sorted(budget.name for budget in Inventory([model, *budgets]).budgets(model.pod))


def test_disruption_budgets_match_by_all_their_labels() -> None:
    part = {"app.kubernetes.io/part-of": "gpu-cluster"}

    assert _budgets(
        {"matchLabels": part},
        {"matchLabels": {**part, "app.kubernetes.io/name": "chat"}},
        {"matchLabels": {**part, "app.kubernetes.io/name": "embed"}},
        {"matchLabels": {"app": "chat"}},
    ) == ["budget-0", "budget-1"]


def test_disruption_budgets_match_by_expressions_or_select_all() -> None:
    key = "app.kubernetes.io/name"

    assert _budgets(
        {},
        {"matchExpressions": [{"key": key, "operator": "In", "values": ["chat", "embed"]}]},
        {"matchExpressions": [{"key": key, "operator": "NotIn", "values": ["chat"]}]},
        {"matchExpressions": [{"key": key, "operator": "Exists"}]},
        {"matchExpressions": [{"key": key, "operator": "DoesNotExist"}]},
        None,
    ) == ["budget-0", "budget-1", "budget-3"]


@pytest.mark.parametrize("selector", [UNKNOWN, {"matchLabels": UNKNOWN}, {"matchLabels": {"app": UNKNOWN}}])
def test_unknown_budget_selector_raises_not_known_error(selector: Any) -> None:
    with pytest.raises(NotKnownError):
        _budgets(selector)


def test_autoscaler_is_found_by_its_target() -> None:
    scaler = _scaler({"kind": "Deployment", "name": "chat"})
    inventory = Inventory([scaler])

    assert inventory.scaler(_model("chat")) is scaler
    assert inventory.scaler(_model("embed")) is None


def test_autoscaler_with_unknown_target_raises_not_known_error() -> None:
    with pytest.raises(NotKnownError):
        Inventory([_scaler({"kind": "Deployment", "name": UNKNOWN})]).scaler(_model())


def test_rule_reads_per_resource_do_not_grow_with_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[int] = Counter()
    at = Property.at

    def counted(field: Property, *keys: str) -> Property:
        reads[size] += 1
        return at(field, *keys)

    monkeypatch.setattr(Property, "at", counted)
    for size in (20, 200):
        names = [f"model-{index}" for index in range(size)]
        models = [_model(name) for name in names]
        budgets = [_budget(name, {"matchLabels": {"app.kubernetes.io/name": name}}) for name in names]
        pack_of("prod").check([*models, *budgets])

    assert reads[200] <= 10 * reads[20]
