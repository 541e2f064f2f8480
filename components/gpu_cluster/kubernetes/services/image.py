"""Where an image of a team's stack file comes from."""

from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.ecr import ecr_mirror
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack


def image_of(image: str, team: str, stack: Stack) -> str:
    """As nodes pull it: the team's own from the account's ECR, and others through a cache that has them.

    image_of("quay.io/org/app:1", "vision", stack)
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com/quay.io/org/app:1
    """
    if isinstance(stack.cluster, EksSettings) and image.startswith(f"{team}/"):
        return f"{ecr_mirror(stack.cluster.account, stack.region or '', stack.registry.prefix)}/{image}"
    host, path = _parts(image)
    if stack.registry.mirror:
        return f"{stack.registry.mirror.rstrip('/')}/{host}/{path}"
    cached = {UPSTREAMS[upstream].host for upstream in stack.registry.mirrors or ()}
    return f"{stack.mirror}/{host}/{path}" if host in cached else f"{host}/{path}"


def _parts(image: str) -> tuple[str, str]:
    """Host and path; what names no host is of Docker Hub."""
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first):
        return first, rest
    return "docker.io", image if slash else f"library/{image}"
