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


def remember(made: Made) -> None:
    _MADE[made.type, made.region, made.id] = made


def all_made() -> list[Made]:
    return list(_MADE.values())
