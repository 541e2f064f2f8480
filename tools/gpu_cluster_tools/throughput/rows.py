"""Estimates as rows of words."""

from collections.abc import Iterator

from gpu_cluster.cost.money import Range, usd
from gpu_cluster_tools.throughput.accuracy import BETWEEN_TOKENS, FIRST_TOKEN, TOKENS_PER_SECOND, Accuracy
from gpu_cluster_tools.throughput.estimate import NoData, Target
from gpu_cluster_tools.throughput.model_report import Found, ModelReport
from gpu_cluster_tools.throughput.served_model import Served

_SPEED = ("TOKENS/S", "PER GPU", "PER REQUEST", "FIRST TOKEN", "$/1M OUT")


def estimate_rows(report: ModelReport) -> list[tuple[str, ...]]:
    """A row for each number of requests at once, on the pool that the stack names."""
    if isinstance(report.configured, NoData):
        return []
    rows: list[tuple[str, ...]] = [("AT ONCE", *_SPEED)]
    for workload, each in report.configured:
        at_once = str(workload.concurrency)
        rows.append((at_once, *_words(each)) if isinstance(each, Served) else (at_once, *_none(each)))
    return rows


def meeting_rows(report: ModelReport, most: int = 10) -> list[tuple[str, ...]]:
    """A row for each pool and the first instance types that meet the target, the cheapest tokens first."""
    head = ("NODE", "GPUS", "AT ONCE", *_SPEED, "$/HOUR, NODE")
    pools = {node.name for node, _ in report.pools or ()}
    first = report.meeting[:most]
    shown = [each for each in report.meeting if each in first or each.node.name in pools]
    return [head, *(_node_row(each, pools) for each in shown)]


def other_rows(found: Found) -> list[tuple[str, ...]]:
    """A row for each reason for which nodes are no answer."""
    reasons: dict[str, list[str]] = {}
    for node, each in found:
        if isinstance(each, NoData):
            reasons.setdefault(each.reason, []).append(node.name)
    return [(reason, ", ".join(_families(names, found))) for reason, names in reasons.items()]


def _families(names: list[str], found: Found) -> list[str]:
    """`g6.*` for all sizes of a family that were looked at, where there is more than one."""
    every: dict[str, set[str]] = {}
    for node, _ in found:
        every.setdefault(_family(node.name), set()).add(node.name)
    whole = {name for name, sizes in every.items() if len(sizes) > 1 and sizes <= set(names)}
    return list(dict.fromkeys(_family(name) if _family(name) in whole else name for name in names))


def _family(name: str) -> str:
    family, dot, _ = name.partition(".")
    return f"{family}.*" if dot else name


def measured_with(report: ModelReport) -> str | None:
    """Release of the measured kernels, and of the engine that is served where it is another."""
    served = next(iter((*report.estimates, *report.meeting)), None)
    if served is None:
        return None
    measured = f"{report.settings.engine} {served.speed.release}"
    same = report.release == served.speed.release
    return measured if same else f"{measured}; {report.release or 'another'} is served"


def target_words(target: Target) -> str:
    first, least = target.first_token, target.tokens_per_second
    words = [f"first token within {first:g} s"] if first else []
    return " and ".join([*words, *([f"{least:g} tokens/s for each request"] if least else [])])


def accuracy_words() -> Iterator[str]:
    for name, each in (
        ("tokens/s", TOKENS_PER_SECOND),
        ("time between tokens", BETWEEN_TOKENS),
        ("time to first token, only an order of magnitude,", FIRST_TOKEN),
    ):
        yield f"{name} {_error(each)}"


def _error(accuracy: Accuracy) -> str:
    return (
        f"{accuracy.median:.0%} in the median, {accuracy.worst:.0%} at worst, of {accuracy.figures} figures"
    )


def _node_row(served: Served, pools: set[str]) -> tuple[str, ...]:
    node, hourly = served.node, served.node.hourly
    name = f"pool {node.name} ({node.machine})" if node.name in pools else node.name
    gpu = node.gpu.name if node.gpu else ""
    price = _range(hourly) if hourly else node.bought
    at_once = str(served.workload.concurrency)
    return (name, f"{served.layout.gpus} of {node.gpus} {gpu}", at_once, *_words(served), price)


def _words(served: Served) -> tuple[str, ...]:
    speed, price = served.speed, served.usd_per_million
    return (
        f"{speed.tokens_per_second:,.0f}",
        f"{speed.tokens_per_second / served.layout.gpus:,.0f}",
        f"{speed.tokens_per_second_of_request:.0f}",
        f"{speed.first_token:.2f} s",
        _range(price) if price else "no price",
    )


def _none(no_data: NoData) -> tuple[str, ...]:
    return ("-",) * (len(_SPEED) - 1) + (f"no data: {no_data.reason}",)


def _range(amount: Range) -> str:
    least, most = usd(amount.least), usd(amount.most)
    return least if least == most else f"{least} to {most}"
