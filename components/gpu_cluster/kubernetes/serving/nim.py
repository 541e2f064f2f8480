"""Environment of an NVIDIA NIM, whose image has the command line."""

from gpu_cluster.catalog.engines import ENGINES
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.serving.server import CACHE, PORT, SCRATCH, Server, weights_of


def nim(served_name: str, settings: ModelSettings) -> Server:
    """A NIM of one model downloads what its image names; from a store it loads a folder.

    Source: docs.nvidia.com/nim/large-language-models, reference/environment-variables (2.0.12):
    NIM_CACHE_PATH, NIM_MODEL_PATH, NIM_SERVED_MODEL_NAME, NIM_SERVER_PORT; 2026-11-29.
    """
    engine = ENGINES["nim"]
    return Server(
        name="nim",
        arguments=settings.args,
        environment={
            "NIM_CACHE_PATH": SCRATCH if settings.mounts_weights else CACHE,
            "NIM_SERVED_MODEL_NAME": served_name,
            "NIM_SERVER_PORT": str(PORT),
            **({"NIM_MODEL_PATH": weights_of(settings)} if settings.mounts_weights else {}),
            "HOME": SCRATCH,
        },
        ready=engine.ready,
        live=engine.live,
    )
