# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingImports=false

from pathlib import Path
from typing import Any

import pytest

from dashboards.answers import AnsweredPanel, Series, Window

pytest.importorskip("matplotlib", reason="needs the extra `pictures`")


def test_every_panel_is_drawn_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    from dashboards.pictures import draw

    texts: list[str] = []
    drawn = Figure.text

    def text(figure: Figure, x: float, y: float, s: str, **style: Any) -> Any:
        texts.append(s)
        return drawn(figure, x, y, s, **style)

    monkeypatch.setattr(Figure, "text", text)
    kinds = ("timeseries", "stat", "table", "heatmap")
    panels = [_panel(number, kind) for number, kind in enumerate(kinds)]
    panels.append(AnsweredPanel({**panels[0].panel, "title": "without"}, {}))

    draw({"title": "Board"}, panels, Window(95, 110), tmp_path / "board.png")

    assert {*kinds, "without", "No data", "not drawn: a panel of type heatmap"} <= set(texts)
    assert {"25%", "pool", "l4"} <= set(texts)
    assert (tmp_path / "board.png").read_bytes().startswith(b"\x89PNG")


def _panel(number: int, kind: str) -> AnsweredPanel:
    panel = {
        "title": kind,
        "type": kind,
        "gridPos": {"x": 0, "y": 8 * number, "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": "percentunit"}},
    }
    return AnsweredPanel(panel, {"up": (Series("one", {"pool": "l4"}, ((100.0, 0.5), (105.0, 0.25))),)})
