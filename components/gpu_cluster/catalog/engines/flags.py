"""Arguments of an engine's release, as its own parser declares them.

tests/witnesses/engine_parser.py writes the files beside this module.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

_FOLDER = files("gpu_cluster.catalog.engines")


@dataclass(frozen=True, slots=True)
class Flag:
    """An argument by its long name, such as --max-num-seqs."""

    name: str
    kind: Literal["flag", "value", "values", "optional"]
    """flag takes no value, value one, values one or more, optional one or none."""

    aliases: tuple[str, ...] = ()
    """Other spellings, long and short."""

    negated: bool = False
    """True if --no-<name> exists too."""

    number: Literal["int", "float"] | None = None
    choices: tuple[str, ...] = ()
    """Words that are allowed; none where any is."""

    open: bool = False
    """True if plugins can add choices."""


@cache
def flags_of(engine: str, release: str | None) -> dict[str, Flag] | None:
    """Every argument by every spelling; None for a release whose parser was not read.

    flags_of("vllm", "0.26.0")["-tp"].name
    # --tensor-parallel-size
    """
    file = _FOLDER / f"{engine}-{release}.json"
    if not file.is_file():
        return None
    flags: dict[str, Flag] = {}
    for entry in json.loads(file.read_text("utf-8"))["flags"]:
        flag = _flag(entry)
        flags |= dict.fromkeys((flag.name, *flag.aliases), flag)
        if flag.negated:
            flags[f"--no-{flag.name[2:]}"] = flag
    return flags


def _flag(entry: dict[str, Any]) -> Flag:
    return Flag(
        name=entry["name"],
        kind=entry["kind"],
        aliases=tuple(entry.get("aliases", ())),
        negated=entry.get("negated", False),
        number=entry.get("number"),
        choices=tuple(entry.get("choices", ())),
        open=entry.get("open", False),
    )


def known_releases(engine: str) -> list[str]:
    """Releases whose parser was read."""
    names = (file.name for file in _FOLDER.iterdir() if file.name.startswith(f"{engine}-"))
    return sorted(name.removeprefix(f"{engine}-").removesuffix(".json") for name in names)
