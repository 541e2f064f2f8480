"""Measurements of two GPUs without the extra: each further request reduces a request's speed by 1 %."""

from functools import cached_property

from gpu_cluster_tools.throughput.estimate import Layout, NoData, Speed, Workload
from gpu_cluster_tools.throughput.measured_model import MeasuredModel
from gpu_cluster_tools.throughput.measurements import Measurements

_LLAMAS = ("meta-llama/Meta-Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-70B")

_ALONE = {"H100": 50.0, "L40S": 20.0}
"""Tokens per second of a single request on one GPU."""


class FakeMeasurements(Measurements):
    def __init__(self) -> None:
        self.asked: list[tuple[MeasuredModel, Layout, Workload, str | None]] = []

    @cached_property
    def models(self) -> frozenset[str]:
        return frozenset([*_LLAMAS, "Qwen/Qwen3-8B", "Qwen/Qwen3-32B-FP8"])

    def speed(
        self,
        model: MeasuredModel,
        gpu: str,
        engine: str,
        layout: Layout,
        workload: Workload,
        batched_tokens: int,
        kv_cache: str | None = None,
    ) -> Speed | NoData:
        self.asked.append((model, layout, workload, kv_cache))
        if gpu not in _ALONE:
            return NoData(f"no measurements of {gpu}")
        each = _ALONE[gpu] * layout.tensor**0.5 * 0.99 ** (workload.concurrency - 1)
        return Speed(each * workload.concurrency, 0.1 * workload.concurrency, 1 / each, "0.24.0")
