"""MIG profiles: slices of a GPU that each one uses, and its possible placements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

MIG_SOURCES = {
    "profiles": Source("NVIDIA MIG user guide, supported MIG profiles", date(2026, 11, 21)),
    "profiles of B300": Source("Amazon EKS user guide, device-management-nvidia-mig", date(2026, 8, 22)),
    "placements": Source("NVIDIA/gpu-operator v26.7.0 and the NVIDIA MIG user guide", date(2026, 8, 22)),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """MIG profile with its number of memory slices; a GPU has 8, 4 or 2 slices.

    Compute slices are not counted: a placement that fits in memory never exceeds the compute of the GPU.
    """

    memory_slices: int
    starts: tuple[int, ...]
    """First memory slices that it may take."""

    @property
    def most(self) -> int:
        """Maximum number of instances on an otherwise empty GPU."""
        count = end = 0
        for start in self.starts:
            if start >= end:
                count, end = count + 1, start + self.memory_slices
        return count

    @property
    def masks(self) -> tuple[int, ...]:
        """Placements, each as a bit mask of the memory slices that it uses."""
        slices = (1 << self.memory_slices) - 1
        return tuple(slices << start for start in self.starts)


# Compute is divided into sevenths, so seven small instances leave the last eighth of the memory unused.
_EIGHTHS = (
    Profile(1, (0, 1, 2, 3, 4, 5, 6)),
    Profile(2, (0, 2, 4, 6)),  # one compute slice with twice the memory
    Profile(2, (0, 2, 4)),
    Profile(4, (0, 4)),
    Profile(4, (0,)),
    Profile(8, (0,)),
)
_QUARTERS = (Profile(1, (0, 1, 2, 3)), Profile(2, (0, 2)), Profile(4, (0,)))
_HALVES = (Profile(1, (0, 1)), Profile(2, (0,)))


_BY_COUNT = {len(profiles): profiles for profiles in ((), _HALVES, _QUARTERS, _EIGHTHS)}


def profiles_of(names: Sequence[str]) -> Mapping[str, Profile]:
    """Profiles of a GPU by their names, smallest first.

    Six of one that divides in eight: 1g, 1g with twice the memory, 2g, 3g, 4g, 7g. Three of one that divides
    in four: 1g, 2g, 4g. Two of one that divides in two: 1g, 2g.
    """
    return dict(zip(names, _BY_COUNT[len(names)], strict=True))
