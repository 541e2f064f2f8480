"""The table of known models, one line each, with source and date."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gpu_cluster.catalog.models.csv_text import csv_text
from gpu_cluster.catalog.models.language_model import CacheLayers, LanguageModel
from gpu_cluster.catalog.source import Source

COLUMNS = (
    "model",
    "parameters",
    "precision",
    "weights",
    "whole",
    "files",
    "heads",
    "vocabulary",
    "context",
    "cache",
    "experts",
    "expertWeights",
    "expertWidth",
    "predictors",
    "ownCode",
    "cacheScales",
    "gated",
    "licence",
    "source",
    "date",
)

_ANSWERS = {"yes": True, "no": False, "": None}
_SPELLED = {answer: word for word, answer in _ANSWERS.items()}
_CACHE = re.compile(
    r"(?P<layers>\d+)x(?P<heads>\d+)x(?P<numbers>\d+)"
    r"(?:w(?P<window>\d+))?(?:e(?P<every>\d+))?(?:b(?P<bytes>[\d.]+))?(?:s(?P<state>\d+))?"
)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    model: LanguageModel
    source: Source


def read_table(path: Path) -> Mapping[str, ModelEntry]:
    """Models by name, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        entries = map(_entry, csv.DictReader(file))
        return {entry.model.name: entry for entry in entries}


def write_table(entries: Iterable[ModelEntry]) -> str:
    return csv_text(COLUMNS, map(_row, entries))


def _entry(row: Mapping[str, str]) -> ModelEntry:
    model = LanguageModel(
        name=row["model"],
        parameters=float(row["parameters"]),
        precision=row["precision"],
        weights=int(row["weights"]),
        whole=int(row["whole"]),
        files=int(row["files"]),
        heads=int(row["heads"]),
        vocabulary=int(row["vocabulary"]),
        context=int(row["context"]),
        cache=tuple(parse_cache(row["cache"])),
        experts=int(row["experts"]) if row["experts"] else None,
        expert_weights=int(row["expertWeights"] or 0),
        expert_width=int(row["expertWidth"] or 0),
        predictors=int(row["predictors"]) if row["predictors"] else None,
        own_code=_ANSWERS[row["ownCode"]],
        cache_scales=_ANSWERS[row["cacheScales"]],
        gated=_ANSWERS[row["gated"]],
        licence=row["licence"],
    )
    return ModelEntry(model, Source(row["source"], date.fromisoformat(row["date"])))


def _row(entry: ModelEntry) -> tuple[object, ...]:
    model = entry.model
    return (
        model.name,
        f"{model.parameters:.3f}",
        model.precision,
        model.weights,
        model.whole,
        model.files,
        model.heads,
        model.vocabulary,
        model.context,
        "+".join(map(_spelled, model.cache)),
        "" if model.experts is None else model.experts,
        model.expert_weights or "",
        model.expert_width or "",
        "" if model.predictors is None else model.predictors,
        _SPELLED[model.own_code],
        _SPELLED[model.cache_scales],
        _SPELLED[model.gated],
        model.licence,
        entry.source.where,
        entry.source.date.isoformat(),
    )


def parse_cache(text: str) -> Iterator[CacheLayers]:
    """`12x8x128+12x8x128w128`: layers x heads x numbers, then window, tokens an entry, bytes, state."""
    for part in filter(None, text.split("+")):
        found = _CACHE.fullmatch(part)
        if not found:
            raise ValueError(f"not a group of layers: {part}")
        yield CacheLayers(
            layers=int(found["layers"]),
            heads=int(found["heads"]),
            numbers=int(found["numbers"]),
            window=int(found["window"] or 0),
            every=int(found["every"] or 1),
            number_bytes=float(found["bytes"]) if found["bytes"] else None,
            state=int(found["state"] or 0),
        )


def _spelled(layers: CacheLayers) -> str:
    text = f"{layers.layers}x{layers.heads}x{layers.numbers}"
    if layers.window:
        text += f"w{layers.window}"
    if layers.every > 1:
        text += f"e{layers.every}"
    if layers.number_bytes is not None:
        text += f"b{layers.number_bytes:g}"
    return text + (f"s{layers.state}" if layers.state else "")
