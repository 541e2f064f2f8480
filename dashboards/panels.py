"""Panels, variables and dashboards of one look, by the Grafana foundation SDK."""

# pyright: reportMissingTypeStubs=false

import json
from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders.common import ReduceDataOptions, VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Board = Dashboard
Panel = TimeSeries | Stat | Table

_SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
_TAG = "gpu-cluster"


def lines(title: str, about: str, queries: Mapping[str, str], *, unit: str = "short") -> TimeSeries:
    """Curves over time. `queries`: expressions by the legend of their series."""
    legend = (
        VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .calcs(["lastNotNull", "max"])
        .show_legend(True)
    )
    panel = TimeSeries().title(title).description(about).datasource(_SOURCE).unit(unit).min(0)
    panel = panel.legend(legend).fill_opacity(8).height(8).span(12)
    for number, (name, expression) in enumerate(queries.items()):
        panel.with_target(_query(expression, number).range().legend_format(name))
    return panel


def number(title: str, about: str, expression: str, *, unit: str = "short") -> Stat:
    """One number: the value of now."""
    shown = ReduceDataOptions().calcs(["lastNotNull"])
    panel = Stat().title(title).description(about).datasource(_SOURCE).unit(unit).reduce_options(shown)
    return panel.height(4).span(6).with_target(_query(expression, 0).instant())


def table(title: str, about: str, expression: str) -> Table:
    """One row for each series of now."""
    query = _query(expression, 0).instant().format(PromQueryFormat.TABLE)
    panel = Table().title(title).description(about).datasource(_SOURCE).height(8).span(12)
    return panel.with_target(query)


def choice(name: str, label: str, values: str) -> QueryVariable:
    """A variable whose values are those of a label. `values`: `label_values(metric, label)`."""
    return (
        QueryVariable(name)
        .label(label)
        .datasource(_SOURCE)
        .query(values)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def dashboard(
    name: str, title: str, about: str, panels: Sequence[Panel], *, choices: Sequence[QueryVariable] = ()
) -> Board:
    """A dashboard that is read only, with links to the others."""
    others = DashboardLink("Other dashboards").type(DashboardLinkType.DASHBOARDS).tags([_TAG])
    board = (
        Dashboard(f"GPU cluster / {title}")
        .uid(f"gpu-cluster-{name}")
        .description(about)
        .tags([_TAG])
        .readonly()
        .refresh("1m")
        .time("now-6h", "now")
        .link(others.as_dropdown(True).keep_time(True))
        .with_variable(DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    for each in choices:
        board.with_variable(each)
    for panel in panels:
        board.with_panel(panel)
    return board


def as_json(board: Board) -> str:
    content = json.loads(JSONEncoder(sort_keys=True).encode(board.build()))
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _query(expression: str, number: int) -> Dataquery:
    return Dataquery().expr(expression).ref_id(chr(ord("A") + number))
