"""Models and nodes that tests of estimates share."""

from typing import Any

from gpu_cluster.catalog import GPUS
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pools import Sharing
from gpu_cluster.cost import Range
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.served_model import ServedModel, served_model
from tests.unit.gpu_cluster_tools.throughput.fake_measurements import FakeMeasurements

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def settings(**keys: Any) -> ModelSettings:
    given = {"model": LLAMA, "pool": "h100", "replicas": 1, "store": "models", "context": 8192, **keys}
    return ModelSettings.model_validate(given)


def served(**keys: Any) -> ServedModel:
    found = served_model(settings(**keys), FakeMeasurements())
    assert isinstance(found, ServedModel)
    return found


def gpu_node(gpu: str = "H100", gpus: int = 8, hourly: float = 40, sharing: Sharing | None = None) -> GpuNode:
    return GpuNode(gpu.lower(), "p5.48xlarge", GPUS[gpu], gpus, sharing, Range.of(hourly), "on demand")
