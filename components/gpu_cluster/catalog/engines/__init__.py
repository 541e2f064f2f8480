"""Engines that serve models: ports, probes, metrics, and the arguments of releases whose parser was read."""

from gpu_cluster.catalog.engines.engine import ENGINE_SOURCES, ENGINES, Engine
from gpu_cluster.catalog.engines.flags import Flag, flags_of, known_releases

__all__ = ["ENGINES", "ENGINE_SOURCES", "Engine", "Flag", "flags_of", "known_releases"]
