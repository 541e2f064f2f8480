"""Recording rules and alerts: the files of `rules`, and those that depend on the stack."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from gpu_cluster.capacity import Pool
from gpu_cluster.catalog import PriceError, on_demand
from gpu_cluster.kubernetes.telemetry.node_info import NODE_INFO, Selectors, node_info
from gpu_cluster.kubernetes.telemetry.yaml_text import yaml_content, yaml_text

FILES = ("gateway", "gpus", "models", "platform", "usage", "waste")
BLOCK_DAYS = 14

_USD = "gpu_cluster:gpu_usd_per_hour:by_pool"
_HELD_USD = f"gpu_cluster:gpus_held:by_workload * on (pool) group_left () {_USD}"


def rule_files(
    runbooks: str | None,
    blocks: Mapping[str, datetime],
    prices: Mapping[str, float],
    selectors: Selectors | None = None,
) -> dict[str, str]:
    """Rule files by name, as YAML; each alert carries its runbook.

    `runbooks`: URL of a page that alerts link to; `blocks`: ends of capacity blocks by pool; `prices`: US
    dollars an hour of one GPU by pool; `selectors`: labels by which the nodes of a pool are found.
    """
    found = {name: _package_file(name) for name in FILES}
    usage = [*usage_rules(selectors or {}), *_costs(prices)]
    found["usage"] = {"groups": [{"name": "usage", "rules": usage}]}
    if blocks:
        found["stack"] = {"groups": [{"name": "stack", "rules": _block_alerts(blocks)}]}
    return {
        f"{name}.rules.yml": yaml_text(_with_runbooks(content, runbooks)) for name, content in found.items()
    }


def usage_rules(selectors: Selectors) -> list[dict[str, Any]]:
    """Recording rules of nodes and of GPUs that pods hold: each needs only those before it."""
    [group] = _package_file("usage")["groups"]
    return [{"record": NODE_INFO, "expr": node_info(selectors)}, *group["rules"]]


def gpu_prices(pools: Mapping[str, Pool], region: str | None) -> dict[str, float]:
    """US dollars an hour of one GPU, or of one share of it, on demand.

    A pool whose GPUs are divided into unlike parts, or without a price in the catalog, is not among them.
    """
    prices: dict[str, float] = {}
    for name, pool in pools.items():
        if region is None or len(pool.gpu_resources) != 1:
            continue
        [count] = pool.gpu_resources.values()
        try:
            prices[name] = round(float(on_demand(pool.machine, region).usd) / count, 4)
        except PriceError:
            continue
    return prices


@cache
def _package_file(name: str) -> dict[str, Any]:
    """Rules of the package, as they are written."""
    return yaml_content(_rules_folder().joinpath(f"{name}.yaml").read_text("utf-8"))


def _rules_folder() -> Traversable:
    return files("gpu_cluster.kubernetes.telemetry").joinpath("rules")


@cache
def _runbooks() -> dict[str, str]:
    """Texts by alert: the sections of docs/alerts.md."""
    return json.loads(_rules_folder().joinpath("runbooks.json").read_text("utf-8"))


def _with_runbooks(content: dict[str, Any], runbooks: str | None) -> dict[str, Any]:
    groups: list[dict[str, Any]] = content["groups"]
    return {
        "groups": [{**it, "rules": [_with_runbook(rule, runbooks) for rule in it["rules"]]} for it in groups]
    }


def _with_runbook(rule: dict[str, Any], runbooks: str | None) -> dict[str, Any]:
    """With the text, which a receiver shows without access to any page."""
    if "alert" not in rule:
        return rule
    name: str = rule["alert"]
    link = {"runbook_url": f"{runbooks}#{name.lower()}"} if runbooks else {}
    return {**rule, "annotations": {**rule["annotations"], "runbook": _runbooks()[name], **link}}


def _block_alerts(blocks: Mapping[str, datetime]) -> list[dict[str, Any]]:
    return [
        {
            "alert": "CapacityBlockEnds",
            "expr": f"vector({int(end.timestamp())} - time()) < {BLOCK_DAYS} * 86400",
            "labels": {"severity": "warning", "pool": pool},
            "annotations": {
                "summary": f"the capacity block of pool {pool} ends in {{{{ $value | humanizeDuration }}}}"
            },
        }
        for pool, end in blocks.items()
    ]


def _costs(prices: Mapping[str, float]) -> list[dict[str, Any]]:
    if not prices:
        return []
    of_pools = [
        {"record": _USD, "expr": f"vector({usd})", "labels": {"pool": pool}} for pool, usd in prices.items()
    ]
    return [
        *of_pools,
        {"record": "gpu_cluster:gpu_usd_per_hour:by_namespace", "expr": f"sum by (namespace) ({_HELD_USD})"},
    ]
