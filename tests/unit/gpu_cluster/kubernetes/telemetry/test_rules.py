import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.runbooks import runbooks
from gpu_cluster.capacity import pools_of
from gpu_cluster.catalog import on_demand
from gpu_cluster.kubernetes.telemetry.dcgm_exporter import COUNTERS
from gpu_cluster.kubernetes.telemetry.rules import gpu_prices, rule_files
from gpu_cluster.stack import load

PROJECT = Path(__file__).parents[5]
RUNBOOKS = runbooks((PROJECT / "docs/alerts.md").read_text())
BLOCK = datetime(2036, 12, 1, 11, 30, tzinfo=UTC)
RULES: list[dict[str, Any]] = [
    rule
    for text in rule_files("https://example.com/alerts.md", {"h100": BLOCK}, {"l4": 1.32}).values()
    for group in yaml.safe_load(text)["groups"]
    for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}


def test_alerts_match_the_sections_of_the_alerts_guide() -> None:
    sections = re.findall(r"^### (\w+)$", (PROJECT / "docs/alerts.md").read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_alert_has_its_runbook_and_a_link_to_its_section(alert: str) -> None:
    rule = ALERTS[alert]
    runbook = rule["annotations"]["runbook"]
    assert runbook == RUNBOOKS[alert]
    assert len(runbook.split()) > 10
    assert "](" not in runbook
    assert rule["annotations"]["runbook_url"] == f"https://example.com/alerts.md#{alert.lower()}"
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert rule["annotations"]["summary"]


def test_alerts_have_no_runbook_url_without_a_page() -> None:
    assert "runbook_url" not in "".join(rule_files(None, {}, {}).values())


def test_rules_use_only_fields_that_the_exporter_collects() -> None:
    asked = {field for rule in RULES for field in re.findall(r"DCGM_FI_\w+", rule["expr"])}
    assert asked
    assert asked <= COUNTERS.keys()


def test_capacity_block_alert_uses_the_end_of_the_block() -> None:
    assert ALERTS["CapacityBlockEnds"]["expr"].startswith(f"vector({int(BLOCK.timestamp())} - time())")


def test_gpu_price_is_its_part_of_the_server_price() -> None:
    pools = pools_of(load(PROJECT / "stacks/Pulumi.prod.yaml"))
    prices = gpu_prices(pools, "us-east-2")
    assert prices["l4"] == round(float(on_demand("g6.4xlarge", "us-east-2").usd), 4)
    assert "system" not in prices
    assert gpu_prices(pools, None) == {}
