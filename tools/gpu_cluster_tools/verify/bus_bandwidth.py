"""Verdict on the bus bandwidth of an all-reduce, by the line rate of what connects the GPUs."""

from dataclasses import dataclass

from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.measurement import Measurement, measured
from gpu_cluster_tools.verify.nccl import NoBandwidthError, all_reduce

ALL_REDUCE = Group("all-reduce")

_GOOD_PART, _LEAST_PART = 0.7, 0.5
"""Parts of the line rate: less than the first is a warning, less than the second a failure.

NCCL reaches about four fifths of it, and more where NVLink SHARP adds up in the switches (NVIDIA/nccl-tests
issue 212, a maintainer, 2024-05-06).
"""


@dataclass(frozen=True, slots=True)
class Ranks:
    gpus: int
    where: str
    """Their number and nodes in words: `8 GPUs of p5-0`."""


def compared(
    name: str, ranks: Ranks, log: str, reason: str, line: float | None, *, advice: str
) -> Measurement:
    """`log`: output of nccl-tests; `reason`: of the end of its Job; `line`: GB/s, if there is a source."""
    try:
        found = all_reduce(log)
    except NoBandwidthError as error:
        return measured(ALL_REDUCE.fail(name, f"no measurement over {ranks.where}: {reason}: {error}"))
    numbers: dict[str, float] = {"busGBps": found.bus_gbps, "gpus": ranks.gpus, "wrong": found.wrong}
    words = f"{found.bus_gbps:.1f} GB/s over {ranks.where}"
    if found.wrong:
        return measured(ALL_REDUCE.fail(name, f"{words}, {found.wrong} values are wrong"), **numbers)
    if line is None:
        known = "no expected value: its line rate has no source"
        return measured(ALL_REDUCE.ok(name, f"{words}; {known}"), **numbers)
    part = found.bus_gbps / line
    numbers |= {"lineGBps": line, "part": round(part, 2)}
    words = f"{words}, {part:.0%} of the line rate of {line:g} GB/s"
    if part < _LEAST_PART:
        return measured(ALL_REDUCE.fail(name, words, advice), **numbers)
    if part < _GOOD_PART:
        return measured(ALL_REDUCE.warn(name, f"{words}; {_GOOD_PART:.0%} is expected"), **numbers)
    return measured(ALL_REDUCE.ok(name, words), **numbers)
