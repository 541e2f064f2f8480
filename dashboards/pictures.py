"""Pictures of dashboards: panels in their grid, drawn by matplotlib from the answers of a Prometheus.

They show layout, titles, units and data. Look and feel are not Grafana's.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingImports=false

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from dashboards.answers import AnsweredPanel, Series, Window
from dashboards.units import shown

_COLUMNS = 24
_WIDTH, _UNIT = 12.0, 0.36  # inches: of a picture, of a row of the grid
_HEAD = 0.55
_GAP = 0.05
_LEGEND_ROWS = 6
_TABLE_ROWS = 6
_TEXT, _MUTED, _EDGE = "#24292e", "#6a737d", "#d8dbe0"
_COLORS = ("#56a64b", "#e0b400", "#3274d9", "#ff780a", "#e02f44", "#8f3bb8", "#1f9e9e", "#c15c17")


def draw(board: Mapping[str, Any], panels: Sequence[AnsweredPanel], window: Window, path: Path) -> None:
    """Write a PNG with all panels of a dashboard."""
    rows = max(it.panel["gridPos"]["y"] + it.panel["gridPos"]["h"] for it in panels)
    height = _HEAD + rows * _UNIT
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 7.5, "text.parse_math": False}):
        figure = Figure(figsize=(_WIDTH, height), dpi=100, facecolor="#f4f5f5")
        figure.text(0.008, 1 - 0.3 / height, board["title"], size=12, color=_TEXT, weight="bold")
        for each in panels:
            _Panel(figure, height, each, window).draw()
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
    fewer = Image.open(drawn).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT)
    fewer.save(path, optimize=True)


class _Panel:
    def __init__(self, figure: Figure, height: float, answered: AnsweredPanel, window: Window) -> None:
        self._figure, self._height, self._window = figure, height, window
        self._panel, self._series = answered.panel, answered.series
        self._unit: str = answered.panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "short")
        grid = answered.panel["gridPos"]
        self._left = grid["x"] * _WIDTH / _COLUMNS + _GAP
        self._width = grid["w"] * _WIDTH / _COLUMNS - 2 * _GAP
        self._top = _HEAD + grid["y"] * _UNIT + _GAP
        self._tall = grid["h"] * _UNIT - 2 * _GAP

    def draw(self) -> None:
        """The panel by its type; of a type without a drawing its name."""
        x, y = self._at(0, self._tall)
        size = (self._width / _WIDTH, self._tall / self._height)
        self._figure.add_artist(
            Rectangle(
                (x, y),
                *size,
                facecolor="white",
                edgecolor=_EDGE,
                transform=self._figure.transFigure,
                zorder=-1,
            )
        )
        self._text(0.1, 0.19, self._panel["title"], weight="bold")
        drawings = {"timeseries": self._lines, "stat": self._number, "table": self._table}
        drawing = drawings.get(self._panel["type"])
        if drawing is None:
            self._middle(f"not drawn: a panel of type {self._panel['type']}")
        elif self._series:
            drawing()
        else:
            self._middle("No data")

    def _number(self) -> None:
        value = shown(self._series[0].points[-1][1], self._unit)
        self._middle(value, size=20, color=_COLORS[0])

    def _lines(self) -> None:
        listed = self._series[:_LEGEND_ROWS]
        below = 0.2 + 0.15 * (len(listed) + (len(self._series) > _LEGEND_ROWS))
        left, bottom = self._at(0.62, self._tall - 0.18 - below)
        width, height = (self._width - 0.75) / _WIDTH, (self._tall - 0.5 - below) / self._height
        axes = self._figure.add_axes((left, bottom, width, height))
        most = 0.0
        for number, each in enumerate(self._series):
            times = [datetime.fromtimestamp(time, UTC) for time, _ in each.points]
            values = [value for _, value in each.points]
            most = max([most, *_numbers(each)])
            color = _COLORS[number % len(_COLORS)]
            axes.plot(times, values, color=color, linewidth=1)  # pyright: ignore[reportArgumentType]
            axes.fill_between(times, values, color=color, alpha=0.08, linewidth=0)  # pyright: ignore
        axes.set_ylim(0, most * 1.05 or 1)
        start, end = (datetime.fromtimestamp(it, UTC) for it in (self._window.start, self._window.end))
        axes.set_xlim(start, end)  # pyright: ignore[reportArgumentType]
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(self._tick))
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))
        axes.xaxis.set_major_formatter(DateFormatter("%H:%M", UTC))
        axes.tick_params(length=0, labelcolor=_MUTED, labelsize=6.5)
        axes.grid(color=_EDGE, linewidth=0.5)
        for spine in axes.spines.values():
            spine.set_visible(False)
        self._legend(listed, self._tall - below)

    def _tick(self, value: float, _: Any) -> str:
        return shown(value, self._unit)

    def _legend(self, listed: Sequence[Series], down: float) -> None:
        last, most = self._width - 0.85, self._width - 0.1
        for label, right in (("last", last), ("max", most)):
            self._text(right, down + 0.08, label, size=6, color=_MUTED, ha="right")
        for number, each in enumerate(listed):
            line = down + 0.22 + 0.15 * number
            self._text(0.12, line, "━", color=_COLORS[number % len(_COLORS)])
            self._text(0.3, line, _shortened(each.name, self._width * 8), size=6.5)
            values = _numbers(each) or [0]
            self._text(last, line, shown(values[-1], self._unit), size=6.5, ha="right")
            self._text(most, line, shown(max(values), self._unit), size=6.5, ha="right")
        if more := len(self._series) - len(listed):
            self._text(0.3, down + 0.22 + 0.15 * len(listed), f"and {more} more", size=6.5, color=_MUTED)

    def _table(self) -> None:
        names = sorted({name for each in self._series for name in each.labels})
        columns = [*names, "Value"]
        step = (self._width - 0.3) / len(columns)
        rows = [
            [*(each.labels.get(name, "") for name in names), shown(each.points[-1][1], self._unit)]
            for each in self._series[:_TABLE_ROWS]
        ]
        for number, row in enumerate([columns, *rows]):
            for column, text in enumerate(row):
                style = {"color": "#1f60c4", "weight": "bold"} if number == 0 else {}
                line = 0.55 + 0.3 * number
                self._text(0.15 + step * column, line, _shortened(text, step * 12), size=7, **style)
        if more := len(self._series) - len(rows):
            self._text(0.15, 0.55 + 0.3 * (len(rows) + 1), f"and {more} more", color=_MUTED)

    def _middle(self, text: str, *, size: float = 9, color: str = _MUTED) -> None:
        self._text(
            self._width / 2, self._tall / 2 + 0.1, text, size=size, color=color, ha="center", va="center"
        )

    def _text(self, right: float, down: float, text: str, **style: Any) -> None:
        x, y = self._at(right, down)
        wanted: dict[str, Any] = {"color": _TEXT, "va": "baseline", **style}
        self._figure.text(x, y, text, **wanted)

    def _at(self, right: float, down: float) -> tuple[float, float]:
        """Part of the figure of a point in inches from the upper left corner of the panel."""
        return (self._left + right) / _WIDTH, 1 - (self._top + down) / self._height


def _numbers(series: Series) -> list[float]:
    """Values without NaN, which a quantile of nothing has."""
    return [value for _, value in series.points if not math.isnan(value)]


def _shortened(text: str, most: float) -> str:
    return text if len(text) <= most else f"{text[: int(most) - 1]}…"
