"""Write fetched prices to `prices.yaml`, merged with the file's other entries."""

# ruamel.yaml's documents are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gpu_cluster.cost.price_file import prices_in
from gpu_cluster_tools.price_list.fetch import SOURCE, Fetched


def write(path: Path, found: Mapping[str, Fetched], day: date) -> None:
    """Replace the blocks of these regions from the price list; others, discounts and comments stay.

    `PriceFileError` if the file is there and wrong. `OSError` if it cannot be written.
    """
    yaml = YAML()
    yaml.width = 110
    document: Any = {}
    if path.is_file():
        prices_in(path)
        document = yaml.load(path.read_text(encoding="utf-8"))
    kept = [
        it for it in document.get("prices") or () if not (it["source"] == SOURCE and it["region"] in found)
    ]
    document["prices"] = [*kept, *(_block(region, found[region], day) for region in found)]
    text = StringIO()
    yaml.dump(document, text)
    path.write_text(text.getvalue(), encoding="utf-8")


def _block(region: str, found: Fetched, day: date) -> dict[str, Any]:
    block: dict[str, Any] = {"region": region, "source": SOURCE, "date": day}
    for kind, prices in (("instances", found.instances), ("services", found.services)):
        if prices:
            block[kind] = {name: _number(prices[name]) for name in sorted(prices)}
    return block


def _number(usd: Fraction) -> float:
    return round(float(usd), 10)
