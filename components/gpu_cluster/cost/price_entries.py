"""Reader of the entries of a price file; collects all errors."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, cast

from gpu_cluster.catalog.instances import INSTANCES
from gpu_cluster.catalog.regions import REGIONS
from gpu_cluster.catalog.service_prices import SERVICES
from gpu_cluster.catalog.today import today
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean

_TYPE = re.compile(r"[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)")
_FAMILY = re.compile(r"[a-z][a-z0-9-]*")
_FAMILIES = sorted({name.partition(".")[0] for name in INSTANCES})
_MOST_USD = 1_000_000


class PriceEntry(NamedTuple):
    keys: Keys
    value: object


@dataclass
class Entries:
    """Rules for names, and the errors so far."""

    diagnostics: list[Diagnostic]

    def section(
        self, value: object, keys: Keys, allowed: tuple[str, ...], *, required: tuple[str, ...] = ()
    ) -> "Section":
        """Keys and values; unknown and missing keys are errors."""
        if not isinstance(value, dict):
            self.diagnostics.append(Diagnostic(keys, f"expected keys such as {allowed[0]}, got {value!r}"))
            return Section(self, keys, {})
        values = {str(key): inner for key, inner in cast(dict[Any, Any], value).items()}
        for key in values:
            if key not in allowed:
                hint = did_you_mean(key, allowed) or f"; allowed: {', '.join(allowed)}"
                self.diagnostics.append(Diagnostic((*keys, key), f"unknown key{hint}"))
        self.diagnostics += (
            Diagnostic((*keys, key), "required key is missing") for key in required if key not in values
        )
        return Section(self, keys, values)

    def instance(self, name: str) -> str | None:
        """Problem of the name of an instance type. The catalog need not have it."""
        if name in INSTANCES or _TYPE.fullmatch(name):
            return None
        return f"expected an instance type such as g6.4xlarge, got '{name}'{did_you_mean(name, INSTANCES)}"

    def instance_or_family(self, name: str) -> str | None:
        if name in INSTANCES or _TYPE.fullmatch(name) or _FAMILY.fullmatch(name):
            return None
        near = did_you_mean(name, [*_FAMILIES, *INSTANCES])
        return f"expected an instance type or family such as g6, got '{name}'{near}"

    def service(self, name: str) -> str | None:
        if name in SERVICES:
            return None
        hint = did_you_mean(name, SERVICES) or f"; expected one of {', '.join(SERVICES)}"
        return f"unknown service '{name}'{hint}"

    def known_region(self, name: str) -> str | None:
        return None if name in REGIONS else f"unknown region '{name}'{did_you_mean(name, REGIONS)}"


@dataclass
class Section:
    """Keys and values at one place of the file."""

    entries: Entries
    keys: Keys
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def wrong(self, message: str, *keys: str) -> None:
        self.entries.diagnostics.append(Diagnostic((*self.keys, *keys), message))

    def items(self, key: str) -> Iterator[PriceEntry]:
        """Entries of a list, each with its keys."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(f"expected a list, got {value!r}", key)
            return
        for number, entry in enumerate(cast(list[object], value)):
            yield PriceEntry((*self.keys, key, number), entry)

    def amounts(self, key: str, problem_of: Callable[[str], str | None]) -> Iterator[tuple[str, Fraction]]:
        """Names and US dollars."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.wrong(f"expected names and US dollars, got {value!r}", key)
            return
        for name, usd in cast(dict[Any, Any], value).items():
            amount = _number(usd)
            if problem := problem_of(str(name)):
                self.wrong(problem, key, str(name))
            elif amount is None or not 0 < amount < _MOST_USD:
                self.wrong(f"expected US dollars, more than 0, got {usd!r}", key, str(name))
            else:
                yield str(name), amount

    def words(self, key: str, problem_of: Callable[[str], str | None]) -> tuple[str, ...]:
        """Names of a list that are right."""
        names = [(item.keys, str(item.value)) for item in self.items(key)]
        problems = {name: problem_of(name) for _, name in names}
        self.entries.diagnostics += (Diagnostic(keys, it) for keys, name in names if (it := problems[name]))
        return tuple(name for _, name in names if not problems[name])

    def percent(self, key: str) -> Fraction | None:
        value = self.values.get(key)
        if value is None:
            return None
        amount = _number(value)
        if amount is None or not 0 < amount < 100:
            self.wrong(f"expected a number between 0 and 100, got {value!r}", key)
            return None
        return amount

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"expected text with the source of the price, got {value!r}", key)
            return None
        return value

    def region(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and (problem := self.entries.known_region(str(value))):
            self.wrong(problem, key)
        return None if value is None else str(value)

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if value is None:
            return None
        try:
            found = date.fromisoformat(str(value))
        except ValueError:
            self.wrong(f"expected a date such as 2026-11-29, got {value!r}", key)
            return None
        if found > today():
            self.wrong(f"expected a date in the past, got {found}", key)
        return found


def _number(value: object) -> Fraction | None:
    """Exact, as it is written; None for anything else than a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return Fraction(str(value))
    except ValueError:  # .nan, .inf
        return None
