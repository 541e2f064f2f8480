"""Measured kernels of GPUs and engines, by the extra `throughput` (aiconfigurator-core, Apache-2.0)."""

import logging
from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from gpu_cluster_tools.throughput.estimate import Layout, NoData, Speed, Workload
from gpu_cluster_tools.throughput.measured_model import MeasuredModel

SYSTEMS: Mapping[str, str] = {
    "A100-80GB": "a100_sxm",
    "H100": "h100_sxm",
    "H200": "h200_sxm",
    "B200": "b200_sxm",
    "B300": "b300_sxm",
    "GB200": "gb200",
    "L40S": "l40s",
    "RTX-PRO-6000": "rtx_pro_6000_server",
}
"""Measured GPUs, by their name in the catalog; an A100 of 40 GB has three quarters of the bandwidth."""

ENGINES = ("vllm", "sglang")

_LAUNCHED = ("b200_sxm", "b300_sxm", "gb200", "l40s")
"""GPUs on which vLLM's products of FP8 in blocks were measured with the time of their launch.

A product of 4 x 4096 x 4096 takes 0.18 to 0.32 ms there, and 0.009 to 0.017 ms in FP8 with one scale, in bf16
0.01 to 0.05 ms; an engine launches them together, by CUDA graphs. Those with one scale stand in: against 250
published figures of MiniMax-M2.5 in FP8 on B200 and B300 the median error between tokens is 18 %, else 122 %.
aiconfigurator-core 0.12.0, gemm_perf of vllm 0.24.0 in systems/data, silicon_sample.csv, 2026-11-30.
"""

_NOT_MEASURED = (
    "EmpiricalNotImplementedError",
    "InterpolationDataNotAvailableError",
    "MissingSystemFlopsError",
    "PerfDataNotAvailableError",
    "SolNotImplementedError",
)

_PACKAGE = "aiconfigurator_core"
_SDK = f"{_PACKAGE}.sdk"


class NoMeasurementsError(Exception):
    """The extra `throughput` is not installed."""


class Measurements:
    """Reads each GPU once, and keeps it; a first estimate of a model takes one to three seconds."""

    def __init__(self) -> None:
        """`NoMeasurementsError` where the package is not installed."""
        self._known: dict[object, Speed | NoData] = {}
        logging.getLogger(_PACKAGE).setLevel(logging.CRITICAL)  # it says on stderr whatever it fills in
        try:
            self._common = import_module(f"{_SDK}.common")
        except ModuleNotFoundError:
            raise NoMeasurementsError(
                "measured kernels are not installed: pip install 'gpu-cluster[throughput]'; about 190 MB to "
                "download, for Linux, or macOS on arm64, with Python 3.11 to 3.13"
            ) from None

    @cached_property
    def models(self) -> frozenset[str]:
        """Models whose config.json the package has; of any other it would ask the model hub."""
        return frozenset(self._common.DefaultHFModels)

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
        """`batched_tokens`: of one step of the engine; `kv_cache`: its type, None for that of the model."""
        if gpu not in SYSTEMS:
            return NoData(f"no measurements of {gpu}")
        if engine not in ENGINES:
            return NoData(f"no measurements of {engine}")
        if model.source not in self.models and not Path(model.source).is_dir():
            return NoData(f"no config.json of {model.source}")  # the package would ask the model hub
        key = (model, gpu, engine, layout, workload, batched_tokens, kv_cache)
        if key not in self._known:
            try:
                found = self._speed(model, SYSTEMS[gpu], engine, layout, workload, batched_tokens, kv_cache)
            except Exception as error:  # of dozens of kinds, by what a kernel lacks
                found = NoData(_why(error, model, gpu, engine))
            self._known[key] = found
        return self._known[key]

    def _speed(
        self,
        model: MeasuredModel,
        system: str,
        engine: str,
        layout: Layout,
        workload: Workload,
        batched_tokens: int,
        kv_cache: str | None,
    ) -> Speed:
        database = import_module(f"{_SDK}.perf_database").get_database(system, engine, "current")
        copies = layout.data if not self._mixture(model.source) else 1
        built, backend = self._built(model, system, engine, layout, database, kv_cache)
        parallel = layout.pipeline * layout.data
        batch = -(-workload.concurrency // parallel)
        runtime = import_module(f"{_SDK}.config").RuntimeConfig(
            batch_size=batch, isl=workload.input, osl=workload.output
        )
        # A step of the engine works on the prompt of one request, or on as much of it as fits.
        context = min(workload.input, batched_tokens)
        found = backend.run_agg(built, database, runtime, ctx_tokens=context).get_result_dict()
        busy = workload.concurrency / (batch * parallel)
        return Speed(
            tokens_per_second=float(found["tokens/s"]) * copies * busy,
            first_token=float(found["ttft"]) / 1000,
            between_tokens=float(found["tpot"]) / 1000,
            release=str(database.version),
        )

    def _built(
        self,
        model: MeasuredModel,
        system: str,
        engine: str,
        layout: Layout,
        database: Any,
        kv_cache: str | None,
    ) -> tuple[Any, Any]:
        built, backend = self._model(model.source, system, engine, layout, database, model.kernels, kv_cache)
        if engine == "vllm" and system in _LAUNCHED and built.config.gemm_quant_mode.name == "fp8_block":
            return self._model(model.source, system, engine, layout, database, model.kernels, kv_cache, "fp8")
        return built, backend

    def _model(
        self,
        source: str,
        system: str,
        engine: str,
        layout: Layout,
        database: Any,
        kernels: str | None,
        kv_cache: str | None,
        products: str | None = None,
    ) -> tuple[Any, Any]:
        """`products`: kernels of matrix products, where they are others than `kernels`."""
        helpers = import_module(f"{_SDK}.models.helpers")
        mixture = self._mixture(source)
        width = layout.tensor * (layout.data if mixture else 1)
        config = import_module(f"{_SDK}.config_builders").build_model_config(
            layout.tensor,
            layout.pipeline,
            layout.data if mixture else 1,
            1 if layout.expert else width,
            width if layout.expert else 1,
            gemm_quant_mode=products or kernels,
            moe_quant_mode=kernels,
            kvcache_quant_mode=kv_cache,
        )
        config.system = system
        helpers.resolve_nvfp4_for_system(config, system, source, backend_name=engine)
        helpers.resolve_context_fmha_by_data(config, source, database, engine, is_context_role=True)
        built = import_module(f"{_SDK}.models").get_model(source, config, engine)
        return built, import_module(f"{_SDK}.backends.factory").get_backend(engine)

    def _mixture(self, source: str) -> bool:
        return bool(import_module(f"{_SDK}.models.helpers").check_is_moe(source))


def _why(error: Exception, model: MeasuredModel, gpu: str, engine: str) -> str:
    if type(error).__name__ in _NOT_MEASURED:
        return f"no measurements of {model.precision or 'its'} kernels on {gpu} with {engine}"
    words = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"no estimate: {' '.join(word for word in words.split() if '/' not in word)[:160]}"
