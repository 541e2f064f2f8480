"""GPUs as nvidia-smi reports them to a container.

Fields: `nvidia-smi --help-query-gpu`; [N/A] stands for what a GPU does not have.
"""

from dataclasses import dataclass

FIELDS = (
    "name",
    "driver_version",
    "memory.total",
    "temperature.gpu",
    "ecc.errors.uncorrected.volatile.total",
)
COMMAND = f"nvidia-smi --query-gpu={','.join(FIELDS)} --format=csv,noheader,nounits"


@dataclass(frozen=True, slots=True)
class ReportedGpu:
    product: str
    """Name as GPU feature discovery has it in nvidia.com/gpu.product: NVIDIA-L4."""

    driver: str
    memory_mib: int | None
    celsius: int | None
    uncorrected: int | None
    """ECC errors that were not corrected since the driver was loaded; None without ECC."""

    @property
    def driver_branch(self) -> int | None:
        major = self.driver.partition(".")[0]
        return int(major) if major.isdigit() else None


def reported_gpus(text: str) -> list[ReportedGpu]:
    """GPUs from the lines of the command's output; other lines are ignored."""
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    return [
        ReportedGpu(row[0].replace(" ", "-"), row[1], _number(row[2]), _number(row[3]), _number(row[4]))
        for row in rows
        if len(row) == len(FIELDS)
    ]


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdigit() else None
