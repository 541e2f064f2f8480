"""The vLLM container: its arguments, environment, probes and what it writes to."""

from pulumi_kubernetes.core import v1 as core

from gpu_cluster.capacity import Load, Pool, Request, device_of, known_model, memory_share
from gpu_cluster.config.serving import ModelSettings
from gpu_cluster.kubernetes.security import restricted_container
from gpu_cluster.kubernetes.serving import hub_token, quantities

PORT = 8000

_CACHE, _WEIGHTS, _SCRATCH, _SHM = "/cache", "/weights", "/tmp", "/dev/shm"  # noqa: S108
_READ_ONCE = '{"distributed":true}'
"""Each GPU's process reads a part of the files and hands it to the others; else each reads every file.

Source: vLLM 0.26.0, vllm/model_executor/model_loader/runai_streamer_loader.py, and its documentation, Loading
models with Run:ai Model Streamer; 2026-11-28.
"""
_PRE_STOP_SECONDS = 15
_MARGIN_SECONDS = 15
_STARTUP_PERIOD_SECONDS = 10


def container(
    served_name: str, settings: ModelSettings, pool: Pool, request: Request, image: str, *, token: bool
) -> core.ContainerArgs:
    """Answers on PORT under `served_name`. `token`: that of the model hub is in the namespace's secret."""
    healthy = core.HTTPGetActionArgs(path="/health", port="http")
    attempts = -(-settings.load_minutes * 60 // _STARTUP_PERIOD_SECONDS)
    return core.ContainerArgs(
        name="vllm",
        image=image,
        command=["vllm", "serve"],
        args=_arguments(served_name, settings, pool),
        env=[*_environment(settings), *([_token()] if token and not settings.store else [])],
        ports=[core.ContainerPortArgs(name="http", container_port=PORT)],
        # Until the weights are loaded only this probe counts.
        startup_probe=core.ProbeArgs(
            http_get=healthy, period_seconds=_STARTUP_PERIOD_SECONDS, failure_threshold=attempts
        ),
        readiness_probe=core.ProbeArgs(http_get=healthy, period_seconds=5, timeout_seconds=5),
        liveness_probe=core.ProbeArgs(
            http_get=healthy, period_seconds=10, timeout_seconds=10, failure_threshold=6
        ),
        # Endpoints forget the pod before it stops taking requests.
        lifecycle=core.LifecycleArgs(
            pre_stop=core.LifecycleHandlerArgs(sleep=core.SleepActionArgs(seconds=_PRE_STOP_SECONDS))
        ),
        resources=core.ResourceRequirementsArgs(
            requests=quantities.requests(request), limits=quantities.limits(request)
        ),
        security_context=restricted_container(),
        volume_mounts=[
            core.VolumeMountArgs(name=name, mount_path=path, read_only=True if path == _WEIGHTS else None)
            for name, path in _mounts(settings, pool).items()
        ],
    )


def grace_seconds(settings: ModelSettings) -> int:
    """How long a replica gets to stop: to be forgotten, to finish its requests, and some to spare."""
    return _PRE_STOP_SECONDS + settings.drain_seconds + _MARGIN_SECONDS


def volumes(settings: ModelSettings, pool: Pool, weights: core.VolumeArgs) -> list[core.VolumeArgs]:
    """`weights` under the name that the container mounts, and what else it writes to."""
    scratch = core.VolumeArgs(name="scratch", empty_dir=core.EmptyDirVolumeSourceArgs(size_limit="10Gi"))
    shm = core.VolumeArgs(
        name="shm",
        empty_dir=core.EmptyDirVolumeSourceArgs(medium="Memory", size_limit=f"{2 * settings.gpus}Gi"),
    )
    return [weights, scratch, shm] if "shm" in _mounts(settings, pool) else [weights, scratch]


def _arguments(served_name: str, settings: ModelSettings, pool: Pool) -> list[str]:
    arguments = [
        f"{_WEIGHTS}/{settings.model}" if settings.store else settings.model,
        f"--served-model-name={served_name}",
        f"--port={PORT}",
        f"--tensor-parallel-size={settings.gpus}",
        f"--gpu-memory-utilization={memory_share(pool.sharing):.3f}",
        f"--shutdown-timeout={settings.drain_seconds}",
    ]
    if settings.store:
        # Many threads read at once: a bucket or Lustre gives one reader a small part of what it can.
        arguments.append("--load-format=runai_streamer")
        if settings.gpus > 1:
            arguments.append(f"--model-loader-extra-config={_READ_ONCE}")
    if settings.revision:
        arguments.append(f"--revision={settings.revision}")
    if settings.context:
        arguments.append(f"--max-model-len={settings.context}")
    if settings.concurrency:
        arguments.append(f"--max-num-seqs={settings.concurrency}")
    if (cache := _fixed_cache(settings, pool)) is not None:
        arguments.append(f"--kv-cache-memory-bytes={cache}")
    return arguments


def _fixed_cache(settings: ModelSettings, pool: Pool) -> int | None:
    """What replicas that take turns on a GPU remember in; None where vLLM measures it.

    It measures the whole GPU, so of two that start together each takes the other's weights for its own, and
    has little memory left or none (vllm-project/vllm issue 55827, 2026-09-08). Given the bytes it does not
    measure (`kv_cache_memory_bytes` in vllm/config/cache.py, 2026-11-28).
    """
    model = known_model(settings)
    if model is None or pool.gpu is None or not (pool.sharing and pool.sharing.time_slicing):
        return None
    load = Load(model, settings.context or model.context, settings.concurrency)
    return load.fixed_cache(device_of(pool.gpu, pool.sharing), settings.gpus)


def _environment(settings: ModelSettings) -> list[core.EnvVarArgs]:
    values = {
        "HF_HOME": f"{_SCRATCH if settings.store else _CACHE}/huggingface",
        **({"HF_HUB_OFFLINE": "1"} if settings.store else {}),
        "HOME": _SCRATCH,  # compiled kernels and settings go below it
        "USER": "vllm",  # the image has no name for the user that it runs as
        "VLLM_NO_USAGE_STATS": "1",
    }
    return [core.EnvVarArgs(name=name, value=value) for name, value in values.items()]


def _token() -> core.EnvVarArgs:
    key = core.SecretKeySelectorArgs(name=hub_token.SECRET, key=hub_token.KEY)
    return core.EnvVarArgs(name="HF_TOKEN", value_from=core.EnvVarSourceArgs(secret_key_ref=key))


def _mounts(settings: ModelSettings, pool: Pool) -> dict[str, str]:
    """Volume → path. Under MPS the device plugin itself mounts the shared memory of the GPU's daemon."""
    weights = {"weights": _WEIGHTS} if settings.store else {"cache": _CACHE}
    mounts = {**weights, "scratch": _SCRATCH}
    return mounts if pool.sharing and pool.sharing.mps else mounts | {"shm": _SHM}
