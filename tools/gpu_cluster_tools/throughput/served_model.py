"""A model as a stack serves it, or as it could be served on other nodes: its speed there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gpu_cluster.capacity import ModelLoad, Pool, known_model, load_of
from gpu_cluster.capacity.engine_options import EngineOptions, engine_options
from gpu_cluster.capacity.model_memory import Device
from gpu_cluster.capacity.replica_device import replica_device
from gpu_cluster.catalog import LanguageModel
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.cost import Range
from gpu_cluster_tools.throughput.estimate import Layout, NoData, Speed, Workload
from gpu_cluster_tools.throughput.gpu_node import GpuNode
from gpu_cluster_tools.throughput.measured_model import MeasuredModel, UnknownLayersError, measured_model
from gpu_cluster_tools.throughput.measurements import ENGINES, SYSTEMS, Measurements

_SAME_WEIGHTS = 0.05
"""Part by which weights that a stack file rounds may differ."""

NO_ROOM = "does not fit in memory"

_OF_ITSELF = ("auto", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Served:
    """A model under a workload on a node."""

    node: GpuNode
    layout: Layout
    workload: Workload
    speed: Speed

    @property
    def usd_per_million(self) -> Range | None:
        return self.node.usd_per_million(self.layout.gpus, self.speed.tokens_per_second)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of a stack that can be looked up."""

    settings: ModelSettings
    load: ModelLoad
    measured: MeasuredModel
    measurements: Measurements

    def as_configured(self, pool: Pool, node: GpuNode, workload: Workload) -> Served | NoData:
        """Estimate on the pool that the stack names, divided as the stack says."""
        options = engine_options(self.settings)
        layout = Layout(options.tensor, options.pipeline, options.data, options.expert)
        return self.estimate(node, layout, workload, replica_device(self.settings, pool))

    def estimate(self, node: GpuNode, layout: Layout, workload: Workload, device: Device) -> Served | NoData:
        """Estimate on a node, divided by a layout; `NoData` if it does not fit or nothing was measured."""
        options, gpu = engine_options(self.settings), node.gpu.name if node.gpu else ""
        if options.max_sequences and workload.concurrency > options.max_sequences:
            return NoData(f"the engine runs {options.max_sequences} requests concurrently; others wait")
        if not _fits(self.load, layout, workload, device):
            return NoData(NO_ROOM)
        speed = self.measurements.speed(
            self.measured,
            gpu,
            str(options.engine),
            layout,
            workload,
            options.batched_tokens or device.batch,
            "fp8" if (options.kv_cache_dtype or "").startswith("fp8") else None,
        )
        return speed if isinstance(speed, NoData) else Served(node, layout, workload, speed)


def served_model(settings: ModelSettings, measurements: Measurements) -> ServedModel | NoData:
    """`NoData` where no measurement can be of the model as it is configured."""
    options = engine_options(settings)
    reason = _unmeasured(settings, options)
    if reason:
        return NoData(reason)
    model = _known(settings)
    if model is None:
        return NoData(f"{settings.model} is unknown; set config to the path of its config.json")
    try:
        measured = _measured(settings, model, measurements)
    except UnknownLayersError as error:
        return NoData(f"{error}; set config to the path of its config.json")
    return ServedModel(settings, load_of(settings, model), measured, measurements)


def _known(settings: ModelSettings) -> LanguageModel | None:
    """Weights of the usual size are no sign of another precision."""
    given, plain = known_model(settings), known_model(settings.model_copy(update={"weights": None}))
    if given and plain and abs(given.weights - plain.weights) <= _SAME_WEIGHTS * plain.weights:
        return plain
    return given


def unmeasured_node(node: GpuNode) -> str | None:
    """Reason why its GPUs have no measurements, or None."""
    if node.gpu is None:
        return "no GPU"
    if node.sharing:
        return f"no measurements of {'MIG instances' if node.sharing.mig else 'GPUs that replicas share'}"
    return None if node.gpu.name in SYSTEMS else f"no measurements of {node.gpu.name}"


def _measured(settings: ModelSettings, model: LanguageModel, measurements: Measurements) -> MeasuredModel:
    """A config.json, unless another precision is requested."""
    path = Path(settings.config or "")
    if settings.config and path.name == "config.json" and not settings.quantization:
        return MeasuredModel(str(path.parent), model.precision)
    return measured_model(model, measurements.models)


def _unmeasured(settings: ModelSettings, options: EngineOptions) -> str | None:
    cases: Iterable[tuple[bool, str]] = (
        (options.engine not in ENGINES, f"no measurements of {options.engine}"),
        (options.own_image, "a custom image without version"),
        (settings.nodes > 1, "no measurements of multi-node replicas"),
        (bool(options.speculative), "speculative decoding depends on the acceptance rate of tokens"),
        (options.adapters > 0, "no measurements of LoRA adapters"),
        (
            not (options.kv_cache_dtype or "auto").startswith(("fp8", *_OF_ITSELF)),
            f"no measurements of a KV cache of {options.kv_cache_dtype}",
        ),
    )
    return next((reason for holds, reason in cases if holds), None)


def _fits(load: ModelLoad, layout: Layout, workload: Workload, device: Device) -> bool:
    """Both one request as long as the model may answer, and all of the workload."""
    options = load.options and replace(
        load.options, tensor=layout.tensor, pipeline=layout.pipeline, data=layout.data
    )
    longest = replace(load, options=options)
    all_of_it = replace(longest, context=workload.context, concurrency=workload.concurrency)
    return longest.fits(device, layout.gpus) and all_of_it.fits(device, layout.gpus)
