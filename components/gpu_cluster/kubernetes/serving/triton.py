"""Triton's command line and environment."""

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.serving.server import CACHE, PORT, SCRATCH, Server, weights_of


def triton(settings: ModelSettings) -> Server:
    """Serves the model repository that is the model's folder in the store, in its volume, or at an address.

    Source: triton-inference-server/server, src/command_line_parser.cc and docs/user_guide/metrics.md,
    2026-11-29.
    """
    engine = ENGINES["triton"]
    named = weights_of(settings)
    repository = named if settings.mounts_weights or "://" in named else f"{CACHE}/{named}"
    return Server(
        name="triton",
        command=["tritonserver"],
        arguments=[
            f"--model-repository={repository}",
            f"--http-port={PORT}",
            f"--metrics-port={engine.metrics_port}",
            f"--exit-timeout-secs={settings.drain_seconds}",
            *settings.args,
        ],
        environment={
            "HF_HOME": f"{SCRATCH if settings.mounts_weights else CACHE}/huggingface",
            "HOME": SCRATCH,
        },
        ready=engine.ready,
        live=engine.live,
        metrics_port=engine.metrics_port,
    )
