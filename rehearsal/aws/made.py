"""What providers have made in the account, whether or not an engine has lost sight of it."""

from dataclasses import dataclass

from rehearsal.aws.kind import State


@dataclass(frozen=True)
class Made:
    """A resource that once came into being."""

    type: str
    id: str
    region: str
    state: State
    """What it was made from, by which it is found again."""


_MADE: dict[tuple[str, str, str], Made] = {}  # by type, region and id
_REGIONS: set[str] = set()


def remember(made: Made) -> None:
    _MADE[made.type, made.region, made.id] = made
    _REGIONS.add(made.region)


def forget(made: Made) -> None:
    """It is gone, and nothing brings it back."""
    _MADE.pop((made.type, made.region, made.id), None)


def all_made() -> list[Made]:
    return list(_MADE.values())


def regions() -> list[str]:
    """Where anything was ever made."""
    return sorted(_REGIONS)
