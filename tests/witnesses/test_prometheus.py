"""promtool accepts every configuration and rule, and each alert fires exactly when it should."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpu_cluster.config.telemetry import Collector
from gpu_cluster.kubernetes.telemetry import prometheus_config, rule_files
from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import HAPPY
from tests.witnesses.promtool import promtool

pytestmark = pytest.mark.engine

CASES: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("alerts.yaml").read_text())
BLOCK = datetime(1970, 1, 15, 1, tzinfo=UTC)  # promtool's clock starts in 1970


def _rules(folder: Path) -> list[Path]:
    written: list[Path] = []
    for name, text in rule_files(None, {"h100": BLOCK}, {"l4": 1.32}).items():
        written.append(folder / name)
        written[-1].write_text(text)
    return written


def _test(alert: str, series: Mapping[str, str], at: str, fires: bool) -> dict[str, Any]:
    expected = [{"labels": "{}", "value": 1}] if fires else []
    query = f'group(ALERTS{{alertname="{alert}", alertstate="firing"}})'
    return {
        "name": f"{alert} {'fires' if fires else 'is quiet'}",
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": at, "exp_samples": expected}],
    }


def test_every_alert_has_a_case() -> None:
    groups = [
        group
        for text in rule_files(None, {"h100": BLOCK}, {}).values()
        for group in yaml.safe_load(text)["groups"]
    ]
    assert {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule} == CASES.keys()


def test_alerts_fire_exactly_when_they_should(tmp_path: Path) -> None:
    tests: list[dict[str, Any]] = []
    for alert, case in CASES.items():
        tests.append(_test(alert, case["fires"], case["at"], fires=True))
        tests.append(_test(alert, case["quiet"], case.get("quiet_at", case["at"]), fires=False))
    content = {
        "rule_files": [path.name for path in _rules(tmp_path)],
        "evaluation_interval": "5m",
        "group_eval_order": ["usage", "waste"],  # alerts use values recorded in the same evaluation
        "tests": tests,
    }
    file = tmp_path / "alerts.test.yml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))

    promtool("test", "rules", files=[file])


def test_rule_with_a_wrong_threshold_fails(tmp_path: Path) -> None:
    """Proves that the cases detect a wrong rule."""
    rules = _rules(tmp_path)
    [file] = [path for path in rules if path.name == "gpus.rules.yml"]
    file.write_text(file.read_text().replace("DCGM_FI_DEV_XID_ERRORS == 79", "DCGM_FI_DEV_XID_ERRORS == 78"))
    case = _test("GpuNeedsReplacement", CASES["GpuNeedsReplacement"]["fires"], "5m", fires=True)
    content = {"rule_files": [file.name], "evaluation_interval": "5m", "tests": [case]}
    (tmp_path / "wrong.test.yml").write_text(yaml.safe_dump(content))

    with pytest.raises(AssertionError, match=r"(?s)GpuNeedsReplacement.*got: nil"):
        promtool("test", "rules", files=[tmp_path / "wrong.test.yml"])


def test_prometheus_parses_every_dashboard_expression(tmp_path: Path) -> None:
    """Expressions as rules, with a duration in place of Grafana's variables."""
    rules = [
        {"record": f"{name}:{number}", "expr": _at_a_time(target["expr"])}
        for name in DASHBOARDS
        for number, target in enumerate(
            target for panel in json.loads(dashboard_file(name))["panels"] for target in panel["targets"]
        )
    ]
    file = tmp_path / "dashboards.rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))

    assert f"{len(rules)} rules found" in promtool("check", "rules", files=[file])


def _at_a_time(expression: str) -> str:
    for variable, value in {"$__rate_interval": "2m", "$__range_s": "3600", "$__range": "1h"}.items():
        expression = expression.replace(variable, value)
    return expression


def test_prometheus_accepts_every_configuration_and_rule(tmp_path: Path) -> None:
    configs: list[Path] = []
    for path in HAPPY:
        stack = load(path)
        if not stack.telemetry.enabled or stack.telemetry.prometheus is Collector.EXISTING:
            continue
        for verified in (True, False):
            text = prometheus_config(
                stack.telemetry,
                {"serving", *stack.teams},
                kubelet_certificates=verified,
                gateway=stack.gateway is not None,
            )
            configs.append(tmp_path / f"{path.stem}-{verified}.yml")
            configs[-1].write_text(text)

    promtool("check", "config", "--syntax-only", files=configs)
    promtool("check", "rules", "--lint=all", "--lint-fatal", files=_rules(tmp_path))
