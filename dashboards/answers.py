"""Answers of a Prometheus to the panels of a dashboard, asked as Grafana asks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Ask = Callable[[str, Mapping[str, str]], Any]
"""`data` of the answer to a path below /api/v1 with these parameters."""

_VALUES = re.compile(r"label_values\((?P<series>.+), (?P<label>\w+)\)")
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_RATE_INTERVAL = "60s"  # Grafana's is at least four scrapes


@dataclass(frozen=True, slots=True)
class Window:
    """Time range of a dashboard, in seconds since 1970."""

    start: float
    end: float
    step: int = 5


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    """Text of its legend."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]
    """Time and value; one point of an instant query."""


@dataclass(frozen=True, slots=True)
class AnsweredPanel:
    panel: Mapping[str, Any]
    by_expression: Mapping[str, tuple[Series, ...]]

    @property
    def series(self) -> list[Series]:
        return [it for found in self.by_expression.values() for it in found]


def answers(
    board: Mapping[str, Any], ask: Ask, window: Window, chosen: Mapping[str, str]
) -> list[AnsweredPanel]:
    """Each panel with its series. `chosen`: values of variables; of others the first one is taken."""
    variables = _variables(board, ask, window, chosen)
    return [
        AnsweredPanel(panel, {it["expr"]: _series(it, ask, window, variables) for it in panel["targets"]})
        for panel in board["panels"]
    ]


def _variables(
    board: Mapping[str, Any], ask: Ask, window: Window, chosen: Mapping[str, str]
) -> dict[str, str]:
    values = {"__rate_interval": _RATE_INTERVAL}
    values["__range_s"] = str(int(window.end - window.start))
    values["__range"] = f"{values['__range_s']}s"
    for variable in board["templating"]["list"]:
        if variable["type"] != "query":
            continue
        name = variable["name"]
        query = _VALUES.fullmatch(_expanded(variable["query"], values))
        if query is None:
            raise ValueError(f"no query of label_values: {variable['query']}")
        times = {"start": str(window.start), "end": str(window.end)}
        found: list[str] = sorted(
            ask(f"label/{query['label']}/values", {"match[]": query["series"], **times})
        )
        wanted = chosen.get(name, next(iter(found), ""))
        if wanted not in found:
            raise ValueError(f"no value {wanted!r} of {name}: {query[0]} has {', '.join(found) or 'none'}")
        values[name] = wanted
    return values


def _expanded(expression: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], expression)


def _series(
    target: Mapping[str, Any], ask: Ask, window: Window, variables: Mapping[str, str]
) -> tuple[Series, ...]:
    query = {"query": _expanded(target["expr"], variables)}
    if target["instant"]:
        found = ask("query", {**query, "time": str(window.end)})
    else:
        times = {"start": str(window.start), "end": str(window.end), "step": str(window.step)}
        found = ask("query_range", {**query, **times})
    legend = target.get("legendFormat", "")
    return tuple(
        Series(
            _LABEL.sub(lambda name, labels=it["metric"]: labels.get(name[1], ""), legend),
            it["metric"],
            tuple((float(time), float(value)) for time, value in it.get("values") or [it["value"]]),
        )
        for it in found["result"]
    )
