"""A cluster of Amazon EKS, with its network, keys and nodes, in an account of AWS."""

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.autoscalers import autoscalers
from gpu_cluster.aws.budget import Budget
from gpu_cluster.aws.ecr import EcrRegistry
from gpu_cluster.aws.eks import ClusterAddons, EksCluster
from gpu_cluster.aws.eks.access import group_entry
from gpu_cluster.aws.identity.permissions_boundary import iam_rules
from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster.aws.network import Network
from gpu_cluster.aws.nodes import NodeGroups
from gpu_cluster.aws.platform_logs import PlatformLogs
from gpu_cluster.aws.stores import CopyDestination, Stores
from gpu_cluster.aws.tags import STACK_TAG, tags_of
from gpu_cluster.aws.teams.teams import team_accounts
from gpu_cluster.aws.telemetry_roles import alert_sender, metrics_writer
from gpu_cluster.capacity import picked_models, pools_of, read_gbps, served_metrics
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.network import NetworkSettings
from gpu_cluster.config.on_call import ON_CALL_GROUP
from gpu_cluster.config.stack import Stack
from gpu_cluster.images import (
    ENDPOINT_PICKER,
    ENVOY,
    ENVOY_GATEWAY,
    LOG_COLLECTOR,
    LWS,
    METRICS_ADAPTER,
    OF_TELEMETRY,
    ON_EKS,
    PAUSE,
    PYTHON,
    RATE_LIMIT,
    VALKEY,
    Image,
    TaggedImage,
)
from gpu_cluster.kubernetes.cluster_backend import ClusterBackend
from gpu_cluster.kubernetes.storage import csi_addons


def eks_backend(
    name: str,
    stack: Stack,
    opts: pulumi.ResourceOptions,
    *,
    settings: EksSettings,
    network: NetworkSettings,
    region: str,
) -> ClusterBackend:
    """The backend of an EKS stack: keys, network, control plane, nodes, stores and add-ons, in order."""
    environment = pulumi.get_stack()
    tags = tags_of(environment, stack.tags)
    provider = aws.Provider(
        f"{name}-aws",
        region=region,
        allowed_account_ids=[settings.account],
        default_tags={"tags": tags},
        opts=opts,
    )
    on_aws = pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(providers=[provider], transformations=[iam_rules(settings.iam)])
    )
    pools = pools_of(stack)

    if stack.budget:
        Budget(
            f"{name}-budget",
            stack.budget,
            account=settings.account,
            tags={STACK_TAG: environment},
            opts=on_aws,
        )

    keys = Keys(
        f"{name}-keys",
        account=settings.account,
        region=region,
        copies=stack.backups.copy_to,
        protect=stack.protect,
        opts=on_aws,
    )
    registry = EcrRegistry(
        f"{name}-registry",
        stack.registry,
        account=settings.account,
        region=region,
        key=keys.arns[KeyUsage.REGISTRY],
        images=(
            *ON_EKS,
            *_images_of_telemetry(stack),
            *((LOG_COLLECTOR,) if stack.logs else ()),
            *((PYTHON,) if stack.teams or any(it.mirror for it in stack.serving.models.values()) else ()),
            *((LWS,) if stack.serving.installs_lws else ()),
            *((PAUSE,) if stack.serving.prefetch else ()),
            *_images_of_gateway(stack),
        ),
        protect=stack.protect,
        opts=on_aws,
    )
    vpc = Network(
        f"{name}-network",
        network,
        region=region,
        account=settings.account,
        logs_key=keys.arns[KeyUsage.LOGS],
        protect=stack.protect,
        opts=on_aws,
    )
    cluster = EksCluster(
        f"{name}-cluster",
        settings,
        pools=pools,
        vpc_id=vpc.vpc_id,
        cidrs=vpc.cidrs,
        subnets=vpc.control_plane,
        pod_subnets=vpc.pods,
        keys=keys.arns,
        region=region,
        protect=stack.protect,
        opts=_after(on_aws, *vpc.ready),
    )
    nodes = NodeGroups(
        f"{name}-nodes",
        pools,
        stack.pools,
        cluster_name=cluster.cluster_name,
        version=settings.version,
        subnets=vpc.private,
        security_group=cluster.security_group_id,
        volumes_key=keys.arns[KeyUsage.VOLUMES],
        tags=tags,
        endpoint=cluster.endpoint,
        authority=cluster.authority,
        service_cidr=cluster.service_cidr,
        opts=_after(on_aws, vpc, *cluster.bootstrap_addons),
    )
    stores = Stores(
        f"{name}-stores",
        stack.storage,
        vpc_id=vpc.vpc_id,
        subnets=vpc.private,
        clients=cluster.security_group_id,
        volumes_key=keys.arns[KeyUsage.VOLUMES],
        data_key=keys.arns[KeyUsage.DATA],
        region=stack.region or "",
        gbps=read_gbps(pools.values()),
        copies=_copies(stack, keys),
        protect=stack.protect,
        opts=_after(on_aws, *vpc.ready),
    )
    addons = ClusterAddons(
        f"{name}-addons",
        settings,
        cluster=cluster.cluster_name,
        pools=pools,
        drivers=csi_addons(stack.storage),
        grants=stores.grants,
        volumes_key=keys.arns[KeyUsage.VOLUMES],
        tags=tags,
        after=[nodes],
        region=region,
        opts=on_aws,
    )
    teams = team_accounts(
        name,
        stack,
        account=settings.account,
        region=region,
        cluster=cluster.cluster_name,
        keys=keys.arns,
        sources=stores.backing.sources,
        opts=on_aws,
    )
    started = autoscalers(
        name,
        stack,
        pools,
        context=nodes.context,
        account=settings.account,
        region=region,
        mirror=registry.mirror,
        after=[registry, addons],
        opts=pulumi.ResourceOptions.merge(on_aws, pulumi.ResourceOptions(providers=[cluster.provider])),
    )
    written = stack.telemetry.remote_write
    if written and written.sigv4_region:
        started.append(
            metrics_writer(
                f"{name}-metrics",
                written,
                account=settings.account,
                cluster=cluster.cluster_name,
                opts=on_aws,
            )
        )
    if sns := stack.telemetry.alerts.sns:
        started.append(alert_sender(f"{name}-alerts", sns, cluster=cluster.cluster_name, opts=on_aws))
    logs = (
        PlatformLogs(
            f"{name}-logs",
            stack.logs.cloudwatch,
            cluster=cluster.cluster_name,
            key=keys.arns[KeyUsage.LOGS],
            protect=stack.protect,
            opts=on_aws,
        )
        if stack.logs and stack.logs.cloudwatch
        else None
    )
    for member in stack.on_call.members if stack.on_call else ():
        group_entry(f"{name}-on-call", member, ON_CALL_GROUP, cluster=cluster.cluster_name, opts=on_aws)
    return ClusterBackend(
        kubernetes=cluster.provider,
        nodes=[registry, nodes],
        served=[addons, *started, *([logs] if logs else [])],
        backing=stores.backing,
        log_group=logs.group if logs else None,
        teams=teams,
        tags=tags,
        outputs={
            "cluster": {"name": cluster.cluster_name, "endpoint": cluster.endpoint},
            "kubeconfig": cluster.kubeconfig,
            "registry": {"url": registry.mirror, "copies": [copy._asdict() for copy in registry.copies]},
        },
    )


def _images_of_telemetry(stack: Stack) -> tuple[Image | TaggedImage, ...]:
    if not stack.telemetry.enabled:
        return ()
    return (*OF_TELEMETRY, *((METRICS_ADAPTER,) if served_metrics(stack) else ()))


def _images_of_gateway(stack: Stack) -> tuple[Image | TaggedImage, ...]:
    if stack.gateway is None:
        return ()
    pickers = (ENDPOINT_PICKER,) if picked_models(stack.gateway, stack.serving.models) else ()
    if not stack.gateway.is_installed:
        return pickers
    limits = (RATE_LIMIT, VALKEY) if stack.gateway.counts_tokens else ()
    return (ENVOY_GATEWAY, ENVOY, *limits, *pickers)


def _copies(stack: Stack, keys: Keys) -> CopyDestination | None:
    there = stack.backups.copy_to
    return CopyDestination(there, keys.arns[KeyUsage.COPIES], stack.backups.copy_days) if there else None


def _after(opts: pulumi.ResourceOptions, *earlier: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=earlier))
