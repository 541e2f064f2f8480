"""Series that a cluster without GPUs and prices lacks, in a copy of its Prometheus.

DCGM's values are invented: GPUs of the model are busy, those of others idle, and the team's has the XID 79.
Pods, nodes and times are real.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from dashboards.answers import Ask, Window
from gpu_cluster.kubernetes.telemetry import rule_files
from gpu_cluster_tools.usage.read import expanded_rules
from tests.real_node.prometheus_api import asking
from tests.witnesses.prometheus_server import backfill, prometheus
from tests.witnesses.promtool import promtool

_STEP = 15
_IDLE = ("gpu_cluster:gpus_idle:by_workload", "gpu_cluster:gpus_used:by_workload")
_ALERT = "GpuNeedsReplacement"
_NAMESPACE_PRICE = "gpu_cluster:gpu_usd_per_hour:by_namespace"


def add_synthetic(data: Path, window: Window, prices: Mapping[str, float]) -> None:
    """Blocks with DCGM's series, prices, and what the platform's rules record of them."""
    with prometheus(data) as url:
        samples = dict(_samples(asking(url), window, prices))
    backfill(samples, data)
    rules = {it["record"]: it["expr"] for it in _rules("usage", prices) if "record" in it}
    rules |= {it: expanded_rules({})[it] for it in _IDLE}
    file = data.parent / "synthetic.rules.yml"
    recorded = [{"record": it, "expr": rules[it]} for it in (*_IDLE, _NAMESPACE_PRICE)]
    recorded.append(_fired(next(it for it in _rules("gpus", prices) if it.get("alert") == _ALERT)))
    file.write_text(yaml.safe_dump({"groups": [{"name": "synthetic", "rules": recorded}]}))
    with prometheus(data) as url:
        promtool(
            *("tsdb", "create-blocks-from", "rules", f"--url={url}", f"--output-dir={data}"),
            *(f"--start={int(window.start)}", f"--end={int(window.end)}", f"--eval-interval={_STEP}s"),
            files=[file],
        )


def _rules(file: str, prices: Mapping[str, float]) -> list[dict[str, Any]]:
    content = yaml.safe_load(rule_files(None, {}, prices)[f"{file}.rules.yml"])
    return [rule for group in content["groups"] for rule in group["rules"]]


def _fired(alert: dict[str, Any]) -> dict[str, Any]:
    """A rule that records what Prometheus does of an alert that waits for nothing."""
    labels = {"alertname": alert["alert"], "alertstate": "firing", **alert["labels"]}
    return {"record": "ALERTS", "expr": f"({alert['expr']}) * 0 + 1", "labels": labels}


def _samples(
    ask: Ask, window: Window, prices: Mapping[str, float]
) -> Iterator[tuple[str, Iterable[tuple[float, float]]]]:
    times = range(int(window.start), int(window.end), _STEP)
    for pool, usd in prices.items():
        yield f'gpu_cluster:gpu_usd_per_hour:by_pool{{pool="{pool}"}}', [(time, usd) for time in times]
    asked = {"start": str(window.start), "end": str(window.end), "step": str(_STEP)}
    offered = ask("query_range", {"query": "gpu_cluster:gpus_allocatable:by_node > 0", **asked})["result"]
    held = ask("query_range", {"query": "gpu_cluster:gpus_held:by_placed_pod", **asked})["result"]
    for number, node in enumerate(sorted(it["metric"]["node"] for it in offered)):
        own = [it for it in held if it["metric"]["node"] == node]
        taken = {float(time) for it in own for time, _ in it["values"]}
        for it in own:
            moments = [float(time) for time, _ in it["values"]]
            labels = {name: it["metric"][name] for name in ("namespace", "pod")}
            yield from _gpu(number, node, labels, moments, busy=it["metric"].get("workload") is not None)
        yield from _gpu(number, node, {}, [it for it in times if it not in taken], busy=False)


def _gpu(
    number: int, node: str, holder: Mapping[str, str], times: list[float], *, busy: bool
) -> Iterator[tuple[str, Iterable[tuple[float, float]]]]:
    if not times:
        return
    labels = {"node": node, "pool": node.rpartition("-")[0], "gpu": "0", "UUID": f"GPU-{node}"}
    named = ",".join(f'{key}="{value}"' for key, value in {**labels, **holder}.items())
    for field, base, swing in (
        ("GPU_UTIL", 70 if busy else 0, 25),
        ("FB_USED", 19000 if busy else 400, 300),
        ("FB_FREE", 3700 if busy else 22300, -300),
        ("GPU_TEMP", 62 if busy else 38, 6),
        ("POWER_USAGE", 58 if busy else 17, 10),
        ("XID_ERRORS", 79 if holder and not busy else 0, 0),
        ("CORRECTABLE_REMAPPED_ROWS", int(number == 1), 0),
        ("UNCORRECTABLE_REMAPPED_ROWS", 0, 0),
        ("ECC_DBE_VOL_TOTAL", 0, 0),
        ("THERMAL_VIOLATION", 0, 0),
        ("POWER_VIOLATION", 0, 0),
        ("NVLINK_REPLAY_ERROR_COUNT_TOTAL", 0, 0),
        ("NVLINK_RECOVERY_ERROR_COUNT_TOTAL", 0, 0),
    ):
        yield (
            f"DCGM_FI_DEV_{field}{{{named}}}",
            [(it, base + swing * _wave(it, number) * busy) for it in times],
        )
    errors = [(it, math.floor(it / 180) - math.floor(times[0] / 180)) for it in times]
    yield f"DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{{{named}}}", errors


def _wave(time: float, number: int) -> float:
    return math.sin(time / 40 + 2 * number)
