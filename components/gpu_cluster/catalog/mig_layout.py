"""MIG instances that fit on one GPU together."""

from collections.abc import Mapping, Sequence

from gpu_cluster.catalog.gpus import Gpu
from gpu_cluster.catalog.mig import Profile


def mig_problem(gpu: Gpu, layout: Mapping[str, int]) -> str | None:
    """Reason why one GPU cannot hold `layout`, a count for each profile; None if it can.

    mig_problem(GPUS["H100"], {"3g.40gb": 2})  # None
    mig_problem(GPUS["H100"], {"3g.40gb": 2, "1g.10gb": 1})
    # "at most 0 of 1g.10gb fit on one H100 beside 2 of 3g.40gb, got 1"
    """
    if not gpu.profiles:
        return f"{gpu.name} has no MIG"
    for profile in layout:
        if profile not in gpu.profiles:
            return f"{profile} is no MIG profile of {gpu.name}, which has {', '.join(gpu.profiles)}"

    placed: dict[str, int] = {}
    for profile, count in _largest_first(gpu, layout):
        beside = " beside " + " and ".join(f"{n} of {other}" for other, n in placed.items()) if placed else ""
        if count > (most := _most_beside(gpu, placed, profile)):
            return f"at most {most} of {profile} fit on one {gpu.name}{beside}, got {count}"
        placed[profile] = count
    return None


def mig_layouts(gpu: Gpu) -> list[dict[str, int]]:
    """Every layout that one GPU can hold, each by profile in the order of the catalog.

    mig_layouts(GPUS["RTX-PRO-4500"])  # [{"1g.16gb": 2}, {"1g.16gb": 1}, {"2g.32gb": 1}]
    """
    reached = {(0, tuple(0 for _ in gpu.profiles))}
    open_ends = list(reached)
    while open_ends:
        taken, counts = open_ends.pop()
        for position, profile in enumerate(gpu.profiles.values()):
            more = (*counts[:position], counts[position] + 1, *counts[position + 1 :])
            further = {(taken | mask, more) for mask in profile.masks if not mask & taken} - reached
            reached |= further
            open_ends += further
    held = sorted({counts for _, counts in reached if any(counts)}, reverse=True)
    return [{name: n for name, n in zip(gpu.profiles, counts, strict=True) if n} for counts in held]


def _largest_first(gpu: Gpu, layout: Mapping[str, int]) -> list[tuple[str, int]]:
    """Profiles by decreasing size: large ones have few placements, so the search seldom backtracks."""
    return sorted(layout.items(), key=lambda item: (-gpu.profiles[item[0]].memory_slices, item[0]))


def _most_beside(gpu: Gpu, placed: Mapping[str, int], profile: str) -> int:
    """The most of `profile` that fits once all of `placed` is on the GPU."""
    counts = range(gpu.profiles[profile].most, 0, -1)
    return next((count for count in counts if _fits(gpu, {**placed, profile: count})), 0)


def _fits(gpu: Gpu, layout: Mapping[str, int]) -> bool:
    return _place([gpu.profiles[name] for name, count in layout.items() for _ in range(count)], taken=0)


def _place(wanted: Sequence[Profile], taken: int) -> bool:
    """True if all of `wanted` fits in free slices; `taken` has a bit for each occupied slice."""
    if not wanted:
        return True
    first, *rest = wanted
    return any(not mask & taken and _place(rest, mask | taken) for mask in first.masks)
