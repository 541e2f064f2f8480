"""Public registries that the pull-through cache of ECR supports."""

from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

UPSTREAM_SOURCES = {
    "addresses": Source("botocore 1.44.5, CreatePullThroughCacheRule of ecr", date(2026, 11, 21)),
    "credentials": Source("Amazon ECR user guide, Creating a pull through cache rule", date(2026, 11, 21)),
}


@dataclass(frozen=True, slots=True)
class Upstream:
    host: str
    """Host in image references."""

    address: str
    """Upstream address in ECR."""

    credentials: bool = False
    """True if ECR needs credentials for it."""


UPSTREAMS = {
    "docker-hub": Upstream("docker.io", "registry-1.docker.io", credentials=True),
    "ecr-public": Upstream("public.ecr.aws", "public.ecr.aws"),
    "ghcr": Upstream("ghcr.io", "ghcr.io", credentials=True),
    "k8s": Upstream("registry.k8s.io", "registry.k8s.io"),
    "quay": Upstream("quay.io", "quay.io"),
}
"""Registries by their name in the stack file."""
