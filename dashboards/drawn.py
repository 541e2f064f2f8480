"""The record of what the pictures in docs show: without it they would go stale unnoticed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs/pictures"
RECORD = FOLDER / "dashboards.json"


def picture(name: str) -> Path:
    return FOLDER / f"dashboard-{name}.png"


def fingerprint(board: Mapping[str, Any]) -> dict[str, Any]:
    """Titles of panels, and a digest of all that is drawn of them."""
    drawn = [
        [panel["title"], panel["type"], panel["gridPos"], panel.get("fieldConfig"), panel["targets"]]
        for panel in board["panels"]
    ]
    digest = hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()
    return {"panels": [panel["title"] for panel in board["panels"]], "sha256": digest}


def recorded() -> dict[str, Any]:
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


def remember(name: str, board: Mapping[str, Any]) -> None:
    content = {**recorded(), name: fingerprint(board)}
    RECORD.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
