"""Faults of an emulated account, by name and rate."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

FILE = Path("faults.json")
"""File with the faults of an account, in the folder in which its server runs."""

_RATE = 0.2  # of a fault of which only the name is given


class Fault(StrEnum):
    """A fault; its rate is the probability at each opportunity."""

    THROTTLING = "throttling"
    """Throttling: a call is refused, drawn for each attempt."""

    EVENTUAL_CONSISTENCY = "eventual-consistency"
    """Eventual consistency: a new resource or role is not visible yet, drawn for each attempt."""

    TIMEOUT_AFTER_SUCCESS = "timeout-after-success"
    """A resource is created, and the wait for it times out; drawn for each creation."""

    INSUFFICIENT_CAPACITY = "insufficient-capacity"
    """The zone has no capacity for the type; drawn for each start of instances of a node group."""

    NODE_NEVER_JOINS = "node-never-joins"
    """An instance starts and never joins the cluster; drawn for each start of a node group."""


class FaultError(ValueError):
    """Unknown fault or invalid rate."""


@dataclass(frozen=True)
class Faults:
    """Rates of faults, and the seed that decides where they occur.

    Faults.parsed(["throttling=0.2"], seed=7).strikes(Fault.THROTTLING, "ec2", "CreateVpc")
    """

    rates: Mapping[Fault, float] = field(default_factory=dict[Fault, float])
    """Between 0 and 1."""

    seed: int = 0
    run: int = 0
    """Number of the engine's run: each retry has different faults."""

    @classmethod
    def parsed(cls, words: Iterable[str], seed: int = 0) -> "Faults":
        """Parse words such as `throttling=0.2`. `FaultError` names the nearest valid word."""
        return cls(dict(map(_parsed, words)), seed)

    @classmethod
    def of_this_account(cls) -> "Faults":
        """Faults of the account that this process serves; none without a file."""
        try:
            written = json.loads(FILE.read_text())
        except FileNotFoundError:
            return cls()
        return cls(
            {Fault(name): rate for name, rate in written["rates"].items()}, written["seed"], written["run"]
        )

    def write(self, folder: Path) -> None:
        """Write the faults to the folder in which an account's server runs."""
        fresh = folder / f"{FILE}.new"
        fresh.write_text(json.dumps({"rates": self.rates, "seed": self.seed, "run": self.run}))
        fresh.replace(folder / FILE)

    def strikes(self, fault: Fault, *where: object) -> bool:
        """True if the fault occurs at this call; deterministic for a seed and a run."""
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and _chance(self.seed, self.run, fault, *where) < rate


def _chance(*where: object) -> float:
    """Deterministic, uniformly distributed number from 0 up to 1."""
    digest = hashlib.sha256("\0".join(map(str, where)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _parsed(word: str) -> tuple[Fault, float]:
    name, _, rate = word.partition("=")
    try:
        fault = Fault(name)
    except ValueError:
        near = get_close_matches(name, list(Fault), n=1)
        hint = f", did you mean '{near[0]}'?" if near else f"; there are {', '.join(Fault)}"
        raise FaultError(f"no fault is called '{name}'{hint}") from None
    try:
        number = float(rate) if rate else _RATE
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise FaultError(f"{name}: expected a rate between 0 and 1, got '{rate}'")
    return fault, number
