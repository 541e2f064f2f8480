"""Settings of vLLM for published models, as its maintainers publish them in vllm-project/recipes."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gpu_cluster.catalog.models.csv_text import csv_text
from gpu_cluster.catalog.source import Source

_COLUMNS = (
    *("model", "release", "memory", "verified", "arguments", "tools", "reasoning", "omni", "source", "date"),
)
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Recipe:
    model: str
    """Name on the model hub."""

    release: str
    """First release of vLLM that serves it, or `nightly`."""

    arguments: tuple[str, ...]
    """Arguments of the server beside those that depend on hardware, such as --trust-remote-code."""

    tool_parser: str
    """Value of --tool-call-parser; empty where the recipe has none."""

    reasoning_parser: str
    """Value of --reasoning-parser; empty where the recipe has none."""

    omni: bool
    """True for models that generate images, audio or video, which vLLM-Omni serves and vLLM does not."""

    source: Source

    memory_gb: int = 0
    """Least memory of all GPUs of a server together, in 10^9 bytes; 0 where the recipe has none."""

    verified: tuple[str, ...] = ()
    """GPUs on which its maintainers tried it or one of its variants, as the catalog names them."""

    @property
    def is_nightly(self) -> bool:
        """Whether no release of vLLM serves it yet."""
        return not self.release[:1].isdigit()

    def is_newer_than(self, release: str) -> bool:
        """Whether it needs a later release; a nightly build is later than all releases."""
        needed, given = _numbers(self.release), _numbers(release)
        return bool(self.release) and given is not None and (needed is None or needed > given)


def _numbers(release: str) -> tuple[int, ...] | None:
    found = _RELEASE.match(release.removeprefix("v"))
    return tuple(int(number or 0) for number in found.groups()) if found else None


def read_recipes(path: Path) -> Mapping[str, Recipe]:
    """Recipes by the model's name on the hub."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["model"]: _recipe(row) for row in csv.DictReader(file)}


def write_recipes(recipes: Iterable[Recipe]) -> str:
    return csv_text(_COLUMNS, map(_row, recipes))


def _recipe(row: Mapping[str, str]) -> Recipe:
    return Recipe(
        model=row["model"],
        release=row["release"],
        arguments=tuple(json.loads(row["arguments"] or "[]")),
        tool_parser=row["tools"],
        reasoning_parser=row["reasoning"],
        omni=bool(row["omni"]),
        memory_gb=int(row["memory"] or 0),
        verified=tuple(row["verified"].split()),
        source=Source(row["source"], date.fromisoformat(row["date"])),
    )


def _row(recipe: Recipe) -> Iterator[str]:
    yield recipe.model
    yield recipe.release
    yield str(recipe.memory_gb or "")
    yield " ".join(recipe.verified)
    yield json.dumps(recipe.arguments) if recipe.arguments else ""
    yield recipe.tool_parser
    yield recipe.reasoning_parser
    yield "yes" if recipe.omni else ""
    yield recipe.source.where
    yield recipe.source.date.isoformat()
