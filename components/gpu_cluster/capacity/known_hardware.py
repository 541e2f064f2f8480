"""Instance types and GPUs that a stack can use: the catalog and the declarations of its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpu_cluster.catalog import GPUS, INSTANCES, Gpu, Instance
from gpu_cluster.config.hardware import DeclaredGpu, DeclaredInstance, HardwareSettings
from gpu_cluster.config.quantity import amount

_GIB, _MIB, _GB = 1024**3, 1024**2, 10**9


@dataclass(frozen=True, slots=True)
class KnownHardware:
    instances: Mapping[str, Instance]
    gpus: Mapping[str, Gpu]


CATALOG_HARDWARE = KnownHardware(INSTANCES, GPUS)


def known_hardware(settings: HardwareSettings) -> KnownHardware:
    """The catalog and the declarations of a stack file; for a name in both, the catalog decides.

    An instance type whose GPU is not known is left out.
    """
    if not (settings.instances or settings.gpus):
        return CATALOG_HARDWARE
    gpus = {name: declared_gpu(name, given) for name, given in settings.gpus.items()} | dict(GPUS)
    declared = {
        name: declared_instance(name, given, gpus)
        for name, given in settings.instances.items()
        if given.gpu is None or given.gpu in gpus
    }
    return KnownHardware(declared | dict(INSTANCES), gpus)


def declared_gpu(name: str, given: DeclaredGpu) -> Gpu:
    return Gpu(name, given.product, int(amount(given.memory)) // _MIB)


def declared_instance(name: str, given: DeclaredInstance, gpus: Mapping[str, Gpu]) -> Instance:
    return Instance(
        name=name,
        architecture=given.architecture,
        cpus=given.cpus,
        memory_gib=int(amount(given.memory)) // _GIB,
        gpu=gpus[given.gpu] if given.gpu else None,
        gpus=given.gpus,
        network_gbps=given.network_gbps,
        efa=0,
        nvme_gb=int(amount(given.local_disk)) // _GB if given.local_disk else 0,
        hourly_usd=given.hourly_usd,
        max_pods=given.max_pods,
    )


def contradictions(settings: HardwareSettings) -> Iterator[tuple[str, str, str, str]]:
    """Section, name, key and both facts, where a declaration has another fact than the catalog."""
    for name, given in settings.gpus.items():
        if known := GPUS.get(name):
            ours = declared_gpu(name, given)
            facts = {"product": (ours.product, known.product), "memory": _mib(ours, known)}
            yield from _differing("gpus", name, facts)
    for name, given in settings.instances.items():
        if known := INSTANCES.get(name):
            yield from _differing("instances", name, _facts(given, known))


def _mib(ours: Gpu, known: Gpu) -> tuple[str, str]:
    return f"{ours.memory_mib}Mi", f"{known.memory_mib}Mi"


def _facts(given: DeclaredInstance, known: Instance) -> dict[str, tuple[object, object]]:
    return {
        "cpus": (given.cpus, known.cpus),
        "memory": (f"{int(amount(given.memory)) // _GIB}Gi", f"{known.memory_gib}Gi"),
        "architecture": (given.architecture, known.architecture),
        "gpu": (given.gpu or "none", known.gpu.name if known.gpu else "none"),
        "gpus": (given.gpus, known.gpus),
    }


def _differing(
    section: str, name: str, facts: Mapping[str, tuple[object, object]]
) -> Iterator[tuple[str, str, str, str]]:
    for key, (declared, known) in facts.items():
        if declared != known:
            yield section, name, key, f"{declared} contradicts the catalog, which has {known} for {name}"
