"""Line rate of NVLink by GPU, in one direction."""

from collections.abc import Mapping
from datetime import date

from gpu_cluster.catalog.source import Source

NVLINK_SOURCES = {
    "A100": Source("NVIDIA/nccl-tests issue 149: 600 GB/s of each A100 on NVSwitch", date(2023, 6, 27)),
    "H100": Source("NVIDIA/nccl-tests issue 212, a maintainer: 450 GB/s is the line rate", date(2024, 5, 6)),
    "H200": Source(
        "mlcommons/inference_results_v4.1, closed/NVIDIA/systems: 18x 4th Gen NVLink, 900GB/s",
        date(2026, 11, 30),
    ),
    "B200": Source(
        "mlcommons/inference_results_v6.0, closed/Nebius/systems: 14.4 TB/s of 8 GPUs", date(2026, 11, 30)
    ),
}
"""Publishers count both directions together; the line rate is half of that."""

NVLINK_GBPS: Mapping[str, int] = {
    "A100-40GB": 300,
    "A100-80GB": 300,
    "H100": 450,
    "H200": 450,
    "B200": 900,
}
"""GB/s of one GPU by its name. GPUs on PCIe alone, and those without a source, are not among them."""
