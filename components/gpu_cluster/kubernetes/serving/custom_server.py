"""A custom server, as its stack file describes it."""

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.kubernetes.serving.server import Server, hub_environment


def custom(settings: ModelSettings) -> Server:
    """Container of a custom server: command and arguments unchanged, HF_HOME set to the cache volume."""
    server = settings.server
    environment = hub_environment(settings)
    if settings.cache:
        environment["HF_HOME"] = f"{server.cache_path}/huggingface"
    return Server(
        name="server",
        command=server.command,
        arguments=settings.args,
        environment=environment,
        ready=server.ready,
        live=server.live or server.ready,
        port=server.port,
        cache=server.cache_path,
    )
