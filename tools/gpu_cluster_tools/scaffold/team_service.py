"""Service in a team's new stack, such as a client of its model: repository, image, and its lines."""

from collections.abc import Iterator

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.services import ServiceSettings
from gpu_cluster.config.stack import Stack

SERVICE = "gateway"
"""Name in a draft."""

_PUBLIC_IMAGE = "docker.io/library/caddy:2.10.2"
_VERSION = "1.0.0"
_PORT = 8080


def service_repository(team: str, stack: Stack) -> str | None:
    """Repository of the team's own; None without ECR."""
    return f"{team}/{SERVICE}" if isinstance(stack.cluster, EksSettings) else None


def service_settings(repository: str | None) -> ServiceSettings:
    """Service with an image from a repository of the team's own, or else a public one."""
    return ServiceSettings(image=f"{repository}:{_VERSION}" if repository else _PUBLIC_IMAGE, port=_PORT)


def service_lines(repository: str | None, model: str | None) -> Iterator[str]:
    """A comment, as workloads of the team are not known. `model`: name of the model that it calls."""
    yield "  # Services of the team, such as a client of the model:"
    if repository:
        yield "  # gpu-cluster:repositories:"
        yield f"  #   {repository}: {{}}"
    yield "  # gpu-cluster:services:"
    yield f"  #   {SERVICE}:"
    yield f"  #     image: {service_settings(repository).image} # with its @sha256 digest in production"
    yield f"  #     port: {_PORT}"
    yield "  #     health: /healthz"
    if model:
        yield f'  #     env: {{MODEL: "http://{model}:8000/v1"}}'
