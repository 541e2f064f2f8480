"""Notes on a valid stack file: what its account needs first, and what of it is not checked."""

from collections.abc import Iterable, Iterator

from gpu_cluster.capacity import known_model
from gpu_cluster.config.capacity import Market
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.serving import ModelSettings, ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team import TeamStack
from gpu_cluster.stack.checks.engines import unchecked_engine
from gpu_cluster.stack.checks.memory import near_model

SPOT_ROLE = "AWSServiceRoleForEC2Spot"
MAKE_SPOT_ROLE = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
"""It fails where the account has the role, and changes nothing then (IAM API, CreateServiceLinkedRole)."""


def notes_of(stack: Stack | TeamStack) -> Iterator[str]:
    """One sentence each: that pools on spot need a service-linked role, that an engine has no memory check.

    A stack does not create that role: there is one for the whole account, IAM refuses to create it twice, and
    destroying the stack that created it would take it from the others. A caller that requests spot by the API
    has to ensure that it exists (EC2 user guide, service-linked-roles-spot-instance-requests, 2026-11-28).
    """
    if isinstance(stack, Stack) and (pools := spot_pools(stack)):
        shown = f"{'pool' if len(pools) == 1 else 'pools'} {', '.join(pools)}"
        yield f"{shown} on spot: the account needs the role {SPOT_ROLE} first, once: {MAKE_SPOT_ROLE}"
    if isinstance(stack, Stack) and (scaled := unserved(stack)):
        yield (
            f"{', '.join(scaled)}: autoscalers read a metric of pods that the platform does not serve; "
            "without it there are the least replicas; hint: telemetry.serveMetrics: true, or an adapter of "
            "your own"
        )
    models = stack.serving.models if isinstance(stack, Stack) else stack.file.models
    for name, model in models.items():
        yield from unchecked_engine(name, model)
    yield from unchecked(models.values())


def unserved(stack: Stack) -> list[str]:
    """Models with a range of replicas whose metric is collected, and served by nothing of the platform."""
    if not stack.telemetry.enabled or stack.telemetry.serve_metrics:
        return []
    models = stack.serving.models
    return [name for name, it in models.items() if it.replicas.min < it.replicas.max]


def unchecked(models: Iterable[ModelSettings]) -> Iterator[str]:
    """Models of which too little is known for a check of their memory, each once."""
    hint = "hint: like, a known model of the same layers, or config, the path of its config.json"
    for name, known in {each.model: known_model(each) for each in models if _counts(each)}.items():
        if known is None:
            yield f"memory not checked: model {name} is not known{near_model(name)}; {hint}"
        elif not known.has_shape:
            yield f"memory of the KV cache not checked: of model {name} only the weights are known; {hint}"


def _counts(settings: ModelSettings) -> bool:
    return settings.engine is ServingEngine.VLLM  # of others `unchecked_engine` tells


def spot_pools(stack: Stack) -> list[str]:
    """Names of the pools whose servers AWS lends as spot."""
    if not isinstance(stack.cluster, EksSettings):
        return []
    return [name for name, pool in stack.pools.items() if pool.capacity.market is Market.SPOT]
