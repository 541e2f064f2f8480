"""Command and output of `all_reduce_perf` of nccl-tests.

Columns: README.md and doc/PERFORMANCE.md of NVIDIA/nccl-tests.
"""

import re
from dataclasses import dataclass

# mpirun begins lines with the rank; releases before 2.11 have no column `root`.
_ROW = re.compile(
    r"(?:\[\d+,\d+\]<\w+>:)?\s*(\d+)\s+\d+\s+[a-z]\w*\s+[a-z]\w*(\s+-?\d+)??((?:\s+\S+){8})\s*$"
)
_NETWORK = re.compile(r"NCCL INFO Using network (\S.*?)\s*$", re.MULTILINE)
_WRONG = re.compile(r"# Out of bounds values : (\d+)")
SIZES = "-b 64M -e 1G -f 2"


class NoBandwidthError(Exception):
    """The output has no measurement."""


@dataclass(frozen=True, slots=True)
class AllReduce:
    bytes: int
    """Size of the largest message, which the bandwidth is of."""

    bus_gbps: float
    """GB/s, the better one of in place and out of place."""

    wrong: int
    """Wrong values of all sizes."""


def command(gpus: int) -> str:
    """Command with one process for all GPUs of a node, without MPI."""
    return f"/opt/nccl-tests/build/all_reduce_perf {SIZES} -g {gpus}"


def network(text: str) -> str | None:
    """Network that NCCL chose, by its log of level INFO: `Socket`, or the name of its plugin.

    `Using network Libfabric` with EFA: NVIDIA/nccl issue 1597; `Socket` without: aws/aws-k8s-tester pull
    request 464, 2026-11-30.
    """
    found = _NETWORK.search(text)
    return found[1] if found else None


def all_reduce(text: str) -> AllReduce:
    """`NoBandwidthError` where nothing was measured."""
    rows = [match for line in text.splitlines() if (match := _ROW.match(line))]
    if not rows:
        raise NoBandwidthError(text.strip()[-200:] or "no output")
    cells = [row[3].split() for row in rows]  # time, algbw, busbw and #wrong, out of place and in place
    said = _WRONG.search(text)
    wrong = sum(int(cell) for row in cells for cell in (row[3], row[7]) if cell.isdigit())
    return AllReduce(
        int(rows[-1][1]),
        max(float(cells[-1][2]), float(cells[-1][6])),
        max(wrong, int(said[1]) if said else 0),
    )
