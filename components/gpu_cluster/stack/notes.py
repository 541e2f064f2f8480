"""Notes on a valid stack file: prerequisites in the account, and settings that are not checked."""

from collections.abc import Iterable, Iterator, Mapping

from gpu_cluster.capacity import (
    Pool,
    counted_models,
    known_model,
    picked_models,
    pools_of,
    scales,
    served_metrics,
    waiting_metric,
)
from gpu_cluster.capacity.gateway_requests import gateway_pods
from gpu_cluster.catalog import MODELS, PRICED_REGIONS, RECIPES, REGIONS, zones_of_some_accounts
from gpu_cluster.config.cluster import ExistingCluster, LocalCluster
from gpu_cluster.config.eks import EksSettings, is_managed_by_aws
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.pool_capacity import Market
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import S3
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.config.telemetry import Collector
from gpu_cluster.stack.capacity_blocks import drained_blocks
from gpu_cluster.stack.chart_namespaces import missing_chart_namespaces
from gpu_cluster.stack.checks.engines import unchecked_engine
from gpu_cluster.stack.checks.image_volumes import unchecked_image_volumes
from gpu_cluster.stack.checks.memory import near_model
from gpu_cluster.stack.checks.recipes import beside_recipe
from gpu_cluster.stack.lustre_offers import unlisted_lustre
from gpu_cluster.stack.zonal_volumes import zonal_volumes

_REPORTING = (ServingEngine.VLLM, ServingEngine.SGLANG)
"""Engines that the platform makes report token usage in every stream."""

SPOT_ROLE = "AWSServiceRoleForEC2Spot"
MAKE_SPOT_ROLE = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
"""The command fails without a change if the account has the role (IAM API, CreateServiceLinkedRole)."""


def notes_of(stack: Stack | TeamStack) -> Iterator[str]:
    """One sentence each: that pools on spot need a service-linked role, that an engine has no memory check.

    A stack does not create that role: there is one for the whole account, IAM refuses to create it twice, and
    destroying the stack that created it would take it from the others. A caller that requests spot by the API
    has to ensure that it exists (EC2 user guide, service-linked-roles-spot-instance-requests, 2026-11-28).
    """
    if isinstance(stack, Stack) and (pools := spot_pools(stack)):
        shown = f"{'pool' if len(pools) == 1 else 'pools'} {', '.join(pools)}"
        yield f"{shown} on spot: the account needs the role {SPOT_ROLE} first, once: {MAKE_SPOT_ROLE}"
    if isinstance(stack, Stack):
        yield from drained_blocks(stack)
        yield from _members_of_identity_center(stack)
        yield from _zones_of_some_accounts(stack)
        yield from _unpriced_region(stack)
        yield from _unpriced_buckets(stack)
        yield from zonal_volumes(stack)
        yield from unlisted_lustre(stack)
        yield from _unchecked_gateway(stack)
        yield from missing_chart_namespaces(stack)
    models = stack.serving.models if isinstance(stack, Stack) else stack.file.models
    environment = stack if isinstance(stack, Stack) else stack.environment
    if scaled := unserved(models, environment):
        yield (
            f"{', '.join(scaled)}: replicas stay at min, for nothing serves the metric of their autoscalers: "
            f"{_unserved_because(environment)}, or serving.metricsServed: true if the cluster has an adapter"
        )
    counted = counted_models(stack.gateway if isinstance(stack, Stack) else stack.file.gateway, models)
    pools = pools_of(environment)
    for name, model in models.items():
        yield from unchecked_engine(name, model)
        yield from beside_recipe(name, model)
        if name in counted and model.engine not in _REPORTING:
            yield (
                f"{name}: its token limit counts what answers report as usage, and streams by their events; "
                f"engine {model.engine.value} has no argument that makes it report usage"
            )
        if model.lora:
            yield f"{name}: GPU memory of its LoRA adapters is not counted"
        if model.speculative and (draft := model.speculative.model) and draft not in MODELS:
            yield f"{name}: GPU memory of the draft model {draft} is not counted, because it is not known"
        yield from _between_nodes(name, model, environment, pools.get(model.pool))
        yield from _cache_type(name, model, pools.get(model.pool))
    yield from unchecked_image_volumes(models, environment)
    yield from unchecked(models.values())


def _members_of_identity_center(stack: Stack) -> Iterator[str]:
    for name, team in stack.teams.items():
        if any(map(is_managed_by_aws, team.members)):
            yield (
                f"team {name}: only AWS can attach policies to roles of IAM Identity Center; add the policy "
                f"of the output teams.{name}.policy to the permission set of its members, by name"
            )


def _between_nodes(name: str, model: ModelSettings, environment: Stack, pool: Pool | None) -> Iterator[str]:
    if model.nodes == 1 or pool is None:
        return
    if environment.pools[pool.name].efa:
        yield (
            f"model {name}: NCCL uses EFA only if the image has libfabric and aws-ofi-nccl, which is not "
            "checked; without them it goes by TCP"
        )
    elif isinstance(environment.cluster, EksSettings) and pool.instance and pool.instance.efa:
        yield (
            f"model {name}: NCCL goes by TCP between its nodes, because pool {model.pool} has no EFA; "
            "hint: efa: true of the pool"
        )


_BEFORE_ADA = ("T4", "A10G", "A100-40GB", "A100-80GB")
"""GPUs without FP8 E4M3, for which vLLM 0.26.0 calls fp8_e5m2 the only FP8 type of the cache that is usable
(vllm/model_executor/layers/attention/attention.py, 2026-11-30)."""


def _cache_type(name: str, model: ModelSettings, pool: Pool | None) -> Iterator[str]:
    gpu = pool.gpu.name if pool and pool.gpu else ""
    if model.engine is not ServingEngine.VLLM:
        return
    known = known_model(model)
    if gpu in _BEFORE_ADA and model.kv_cache_dtype in ("fp8", "fp8_e4m3"):
        refused = model.quantization == "fp8" or (known and known.cache_scales)
        yield (
            f"model {name}: {gpu} of pool {model.pool} has no FP8 E4M3, so the server may not start with "
            f"kvCacheDtype: {model.kv_cache_dtype}; hint: {'' if refused else 'fp8_e5m2, or '}no kvCacheDtype"
        )
    elif (
        model.kv_cache_dtype == "fp8_e5m2"
        and known
        and known.cache_scales is None
        and known.precision == "fp8"
    ):
        yield (
            f"model {name}: not checked whether vLLM accepts fp8_e5m2, which it refuses with FP8 checkpoints "
            f"of quant_method fp8, quark or modelopt; that of {model.model} is not known"
        )


def _zones_of_some_accounts(stack: Stack) -> Iterator[str]:
    if stack.network is None or not stack.region or stack.region not in REGIONS:
        return
    some = zones_of_some_accounts(stack.region)
    if unsure := [zone for zone in stack.network.every_zone if zone in some]:
        yield (
            f"not every account has {' and '.join(unsure)}: `aws ec2 describe-availability-zones --region "
            f"{stack.region}` lists the zones of yours"
        )


def _unpriced_region(stack: Stack) -> Iterator[str]:
    on_aws = isinstance(stack.cluster, EksSettings) and stack.region in REGIONS
    if on_aws and stack.region not in PRICED_REGIONS:
        yield (
            f"{stack.region}: its prices are unknown, and so are the instance types that its zones offer; "
            "`gpu-cluster doctor` asks AWS for the types"
        )


def _unpriced_buckets(stack: Stack) -> Iterator[str]:
    for name, store in stack.storage.items():
        if isinstance(store, S3) and store.bucket:
            yield f"store {name}: storage and requests of bucket {store.bucket} are not priced"


def _unchecked_gateway(stack: Stack) -> Iterator[str]:
    """Note that gateway pods run on model nodes: the gateway has no pool, and all nodes have taints."""
    settings = stack.gateway
    picked = len(picked_models(settings, stack.serving.models))
    if settings is None or settings.pool or not gateway_pods(settings, picked):
        return
    if all(pool.taints for pool in pools_of(stack).values()):
        yield (
            "gateway: not checked whether its pods fit, because every pool has GPUs or taints and they run "
            "beside models; hint: gateway.pool, a pool of their own"
        )


def unserved(models: Mapping[str, ModelSettings], environment: Stack) -> list[str]:
    """Models that may scale, and whose metric neither the platform nor the cluster serves."""
    if environment.serving.metrics_served:
        return []
    served = served_metrics(environment)
    return [name for name, it in models.items() if scales(it) and waiting_metric(it) not in served]


def _unserved_because(environment: Stack) -> str:
    telemetry = environment.telemetry
    if not telemetry.enabled:
        return "telemetry is off; hint: telemetry.enabled: true"
    if telemetry.prometheus is Collector.EXISTING:
        return "an existing Prometheus collects it; hint: prometheus: in-cluster"
    if telemetry.serve_metrics is False:
        return "telemetry.serveMetrics is false; hint: leave it out"
    if isinstance(environment.cluster, LocalCluster):
        return "provider local runs no adapter; hint: a fixed number of replicas"
    if isinstance(environment.cluster, ExistingCluster) and telemetry.serve_metrics is None:
        return "the cluster may have an adapter; hint: telemetry.serveMetrics: true"
    return "it is not collected; hint: server.metrics of a custom server, or no waitingMetric in a team"


def unchecked(models: Iterable[ModelSettings]) -> Iterator[str]:
    """Models of which too little is known for a check of their memory, each once."""
    hint = "hint: like, a known model of the same layers, or config, the path of its config.json"
    for name, known in {each.model: known_model(each) for each in models if _counts(each)}.items():
        if known is None:
            recipe = RECIPES.get(name)
            least = (
                f"vLLM's recipe states at least {recipe.memory_gb} GB; "
                if recipe and recipe.memory_gb
                else ""
            )
            yield f"memory not checked: model {name} is not known{near_model(name)}; {least}{hint}"
        elif not known.has_shape:
            yield f"memory of the KV cache not checked: of model {name} only the weights are known; {hint}"


def _counts(settings: ModelSettings) -> bool:
    return settings.engine is ServingEngine.VLLM  # of others `unchecked_engine` tells


def spot_pools(stack: Stack) -> list[str]:
    """Names of the pools whose servers AWS lends as spot."""
    if not isinstance(stack.cluster, EksSettings):
        return []
    return [name for name, pool in stack.pools.items() if pool.capacity.market is Market.SPOT]
