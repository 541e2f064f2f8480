"""Command line and environment of Text Embeddings Inference."""

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.serving.server import (
    CACHE,
    PORT,
    SCRATCH,
    Server,
    hub_environment,
    hub_revision,
    weights_of,
)


def text_embeddings_inference(served_name: str, settings: ModelSettings) -> Server:
    """Answers on PORT under `served_name`; a termination signal lets requests finish.

    Source: huggingface/text-embeddings-inference, router/src/main.rs and router/src/shutdown.rs, 2026-11-29.
    """
    values = {
        "model-id": weights_of(settings),
        "revision": hub_revision(settings, settings.revision),
        "served-model-name": served_name,
        "hostname": "0.0.0.0",  # noqa: S104
        "port": PORT,
        "huggingface-hub-cache": f"{SCRATCH if settings.mounts_weights else CACHE}/huggingface/hub",
        "max-concurrent-requests": settings.max_sequences or settings.concurrency,
        "max-batch-tokens": settings.batched_tokens,
    }
    return Server(
        name="text-embeddings-inference",
        command=["text-embeddings-router"],
        arguments=[
            *(f"--{name}={value}" for name, value in values.items() if value is not None),
            *settings.args,
        ],
        environment=hub_environment(settings),
    )
