"""Where configurations of models are published, the first source first."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from gpu_cluster_tools.model_catalog import published
from gpu_cluster_tools.model_catalog.published import Checkout, Published


def published_models(wheels: Path, checkouts: Path) -> list[Published]:
    """Each model once; its first source counts."""
    return list({each.name: each for each in reversed(list(_published(wheels, checkouts)))}.values())


def checkout_of(folder: Path, repository: str) -> Checkout:
    path = folder / repository.replace("/", "+")
    return Checkout(path / "repo" if (path / "repo").is_dir() else path, repository)


def _published(wheels: Path, checkouts: Path) -> Iterator[Published]:
    yield from published.aiconfigurator(next(wheels.glob("aiconfigurator_core-*.whl")))
    for each in json.loads(Path(__file__).with_name("stated.json").read_text(encoding="utf-8")):
        for name in each["models"]:
            yield Published(name, each["config"], each["source"], date.fromisoformat(each["date"]))
    yield from published.ome(checkout_of(checkouts, "sgl-project/ome"))
    yield from published.mlc(checkout_of(checkouts, "mlc-ai/mlc-llm"))
    yield from published.litgpt(next(wheels.glob("litgpt-*.whl")))
