import json
import re
from typing import Any

import pytest
import yaml

from dashboards.drawn import FOLDER, fingerprint, picture, recorded
from gpu_cluster.config import TelemetrySettings
from gpu_cluster.kubernetes.telemetry import prometheus_config
from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file
from gpu_cluster.kubernetes.telemetry.rules import rule_files
from tests.unit.gpu_cluster.kubernetes.telemetry.served_metrics import SERVED, metrics_in

RULES: list[dict[str, Any]] = [
    rule
    for text in rule_files(None, {}, {"l4": 1.32}).values()
    for group in yaml.safe_load(text)["groups"]
    for rule in group["rules"]
]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}


def panels(name: str) -> list[dict[str, Any]]:
    return json.loads(dashboard_file(name))["panels"]


def expressions(name: str) -> list[str]:
    return [target["expr"] for panel in panels(name) for target in panel["targets"]]


def is_served(metric: str) -> bool:
    kubelets = [
        rule["regex"]
        for job in yaml.safe_load(prometheus_config(TelemetrySettings(), (), kubelet_certificates=True))[
            "scrape_configs"
        ]
        for rule in job.get("metric_relabel_configs", [])
    ]
    return metric in SERVED | RECORDED or any(re.fullmatch(pattern, metric) for pattern in kubelets)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboard_uses_only_served_metrics(name: str) -> None:
    asked = {metric for each in expressions(name) for metric in metrics_in(each)}
    assert asked
    assert not [metric for metric in sorted(asked) if not is_served(metric)]


def test_rules_use_only_served_metrics() -> None:
    asked = {metric for rule in RULES for metric in metrics_in(rule["expr"])}
    assert not [metric for metric in sorted(asked) if not is_served(metric)]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboard_declares_exactly_the_variables_that_it_uses(name: str) -> None:
    content = json.loads(dashboard_file(name))
    given = {it["name"] for it in content["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z_]\w*)", " ".join(expressions(name))))
    assert {it for it in used if not it.startswith("__")} == given - {"source"}
    assert {it["datasource"]["uid"] for it in content["panels"]} == {"${source}"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_panel_has_a_unique_title_and_a_description(name: str) -> None:
    titles = [panel["title"] for panel in panels(name)]
    assert len(titles) == len(set(titles)) > 5
    assert all(panel["description"].endswith((".", "0 where it is not.")) for panel in panels(name))


def test_metrics_in_finds_the_metric_names_of_an_expression() -> None:
    assert metrics_in(
        'sum by (a) (rate(x:y_total{b="c d"}[5m])) > 2 * on (n) group_left (p) z offset 1d'
    ) == {
        "x:y_total",
        "z",
    }


def test_dashboard_files_match_the_generated_dashboards() -> None:
    """Requires the Grafana SDK that `make docs` installs."""
    pytest.importorskip("grafana_foundation_sdk")
    from dashboards import cost, fleet, model, pool, team
    from dashboards.panels import as_json

    made = {
        each.__name__.rpartition(".")[2]: as_json(each.dashboard())
        for each in (fleet, pool, team, model, cost)
    }
    assert made == {name: dashboard_file(name) for name in DASHBOARDS}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_picture_in_docs_matches_the_dashboard(name: str) -> None:
    """On failure run `make pictures`."""
    assert recorded()[name] == fingerprint(json.loads(dashboard_file(name)))
    assert 10_000 < picture(name).stat().st_size < 150_000
    assert f"](pictures/{picture(name).name})" in (FOLDER.parent / "dashboards.md").read_text()
