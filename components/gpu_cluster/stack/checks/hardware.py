"""Declared hardware: known GPUs."""

from collections.abc import Iterator

from gpu_cluster.capacity.known_hardware import contradictions, known_hardware
from gpu_cluster.catalog.gpus import other_maker
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.hardware import HardwareSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean


def hardware(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.hardware
    for section, name, key, message in contradictions(settings):
        yield Diagnostic(("hardware", section, name, key), message)
    yield from _not_nvidia(settings)
    gpus = known_hardware(settings).gpus
    for name, given in settings.instances.items():
        sound = ("hardware", "gpus") not in broken
        if sound and given.gpu is not None and given.gpu not in gpus:
            near = did_you_mean(given.gpu, gpus, cutoff=CLOSE) or "; declare it in gpu-cluster:hardware.gpus"
            message = other_maker(given.gpu) or f"unknown GPU '{given.gpu}'{near}"
            yield Diagnostic(("hardware", "instances", name, "gpu"), message)
        if given.hourly_usd is not None and not isinstance(stack.cluster, EksSettings):
            message = f"only with provider eks, got {stack.cluster.provider}"
            yield Diagnostic(("hardware", "instances", name, "hourlyUsd"), message)


def _not_nvidia(settings: HardwareSettings) -> Iterator[Diagnostic]:
    """GPUs that NVIDIA's device plugin would never advertise."""
    for name, gpu in settings.gpus.items():
        if problem := other_maker(name):
            yield Diagnostic(("hardware", "gpus", name), problem)
        elif problem := other_maker(gpu.product):
            yield Diagnostic(("hardware", "gpus", name, "product"), problem)
