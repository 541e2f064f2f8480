"""NVIDIA GPUs as their driver and GPU feature discovery report them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gpu_cluster.catalog.mig import Profile, profiles_of
from gpu_cluster.catalog.source import Source
from gpu_cluster.catalog.table_files import rows_of, sources_of

GPU_SOURCES: Mapping[str, Source] = sources_of("gpus")


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    """Name in stack files, such as H100."""

    product: str
    """Value of the label nvidia.com/gpu.product on a node with whole GPUs."""

    memory_mib: int
    """Memory that the driver reports, in MiB; a little less than on the box where ECC takes its part."""

    profiles: Mapping[str, Profile] = field(default_factory=dict[str, Profile], hash=False)
    """MIG profiles by name, smallest first; empty where the GPU has no MIG."""

    @property
    def mig(self) -> dict[str, int]:
        """MIG profiles with the most of each that one GPU holds; empty where the GPU has no MIG."""
        return {name: profile.most for name, profile in self.profiles.items()}


_ALL = (
    Gpu(row["gpu"], row["product"], int(row["memory_mib"]), profiles_of(row["mig_profiles"].split()))
    for row in rows_of("gpus")
)

GPUS: Mapping[str, Gpu] = {gpu.name: gpu for gpu in _ALL}
"""Every GPU by the name that a stack file uses, oldest first."""

_OTHER_MAKERS: Mapping[str, re.Pattern[str]] = {
    "AMD": re.compile(r"AMD|INSTINCT|RADEON|MI\d"),
    "AWS": re.compile(r"INFERENTIA|TRAINIUM|NEURON|(INF|TRN)\d"),
    "Google": re.compile(r"TPU"),
    "Intel": re.compile(r"INTEL|GAUDI|HL-\d|(MAX|FLEX)[- ]?\d"),
}
"""Beginnings of the product names of accelerators that are not NVIDIA GPUs."""


def other_maker(name: str) -> str | None:
    """Reason why an accelerator of another maker is not supported; None for NVIDIA's and unknown names.

    other_maker("MI300X")  # "MI300X is an accelerator of AMD; the platform supports NVIDIA GPUs only"
    """
    makers = (maker for maker, pattern in _OTHER_MAKERS.items() if pattern.match(name.upper()))
    maker = next(makers, None)
    return maker and f"{name} is an accelerator of {maker}; the platform supports NVIDIA GPUs only"
