"""The namespace of the models, and the models."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import inf
from typing import ClassVar

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.networking import v1 as networking

from gpu_cluster.capacity import Pool, Request, mirror_jobs, nodes_for, request_of
from gpu_cluster.config.cluster import NODE_LOCAL_DNS
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving import ServingSettings
from gpu_cluster.config.telemetry import Scraper
from gpu_cluster.exemption import Exemption
from gpu_cluster.images import PAUSE, PYTHON
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import only_gpu_pools
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    among_pods,
    from_namespaces,
    from_pods,
    to_dns,
    to_internet,
    to_namespaces,
    to_networks,
)
from gpu_cluster.kubernetes.serving.hub_token import hub_token_secret
from gpu_cluster.kubernetes.serving.mirror_jobs import LABELS, mirrors
from gpu_cluster.kubernetes.serving.model import Model, labels_of
from gpu_cluster.kubernetes.serving.prefetch import NAME as PREFETCH
from gpu_cluster.kubernetes.serving.prefetch import prefetch, prefetched
from gpu_cluster.kubernetes.serving.quota import quota_of
from gpu_cluster.kubernetes.serving.replicas import Placement
from gpu_cluster.kubernetes.serving.server import ports_of
from gpu_cluster.kubernetes.storage import KEPT_BY_CLAIMS, StorageClassNames, claim_of


class Serving(pulumi.ComponentResource):
    """Models in a namespace that accepts requests only from listed namespaces.

    Serving("platform-serving", settings, pools=pools, storage=classes, image=VLLM.at(mirror)).models
    """

    EXEMPT: ClassVar = (
        Exemption(
            "75-gpu-placement",
            "Job",
            "Every node of the stack has GPUs, so that weights are downloaded beside models.",
            "mirror-*",
            only_gpu_pools,
        ),
        Exemption(
            "58-probes",
            "DaemonSet",
            "Nothing asks a pod that keeps images on its node, and it has no program that could fail.",
            f"{PREFETCH}-*",
        ),
    )

    models: dict[str, Model]
    namespace: Namespace

    def __init__(
        self,
        name: str,
        settings: ServingSettings,
        *,
        pools: Mapping[str, Pool],
        storage: StorageClassNames,
        image: str,
        images: Mapping[str, str] | None = None,
        weights_images: Mapping[str, str] | None = None,
        mirror_image: str = PYTHON.at(None),
        pause_image: str = PAUSE.at(None),
        mounted: Mapping[str, Sequence[pulumi.Resource]] | None = None,
        hub_token: pulumi.Input[str] | None = None,
        resolvers: Collection[str] = (NODE_LOCAL_DNS,),
        scraper: Scraper | None = None,
        allowances: Mapping[str, networking.NetworkPolicySpecArgs] | None = None,
        aliases: Mapping[str, Sequence[str]] | None = None,
        login: str | None = None,
        counted: Collection[str] = (),
        pickers: int = 0,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`image`: of vLLM; `images`: of models that have another; `weights_images`: of models whose weights
        are in one, as nodes pull them; `mirror_image`: of Jobs that download weights into a store;
        `pause_image`: of pods that keep images on nodes; `mounted`: what is created before a volume of each
        entry of the storage is mounted; `resolvers`: addresses of NodeLocal DNSCache; `scraper`: pods that
        read the metrics of models; `allowances`: further traffic of the namespace; `aliases`: further names
        of models; `login`: Secret of the namespace with the login of the mirror; `counted`: models whose
        tokens a gateway counts; `pickers`: models with endpoint pickers in the namespace."""
        super().__init__("gpu-cluster:index:Serving", name, None, opts)
        placements = placements_of(settings, pools)
        ports = ports_of(settings.models.values())

        self.namespace = namespace = Namespace(
            name,
            settings.namespace,
            PodSecurity.RESTRICTED,
            quota=quota_of(
                [(model, placements[key].request) for key, model in settings.models.items()],
                storage,
                jobs=len(mirror_jobs(settings.models)),
                prefetching=sum(pools[pool].nodes.max for pool in prefetched(settings.models))
                if settings.prefetch
                else 0,
                pickers=pickers,
            ),
            allowances={
                "clients": from_namespaces({settings.namespace, *settings.clients}, *ports),
                "models": to_namespaces({settings.namespace}, *ports),
                "dns": to_dns(resolvers),
                **_hub_policies(settings),
                **{
                    f"group-{key}": among_pods(labels_of(key, model))
                    for key, model in settings.models.items()
                    if model.nodes > 1
                },
                **({"metrics": from_pods(scraper.namespace, scraper.labels, *ports)} if scraper else {}),
                **(allowances or {}),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        needs: list[pulumi.Resource] = [namespace]
        if hub_token is not None:
            child = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
            needs.append(hub_token_secret(f"{name}-hub-token", settings.namespace, hub_token, opts=child))

        mounted = dict(mounted or {})
        for store in sorted({model.store for model in settings.models.values() if model.store}):
            claim = core.PersistentVolumeClaim(
                f"{name}-{store}",
                metadata=metadata(store, settings.namespace),
                spec=claim_of(storage.stores[store]),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[namespace, *mounted.get(store, ())],
                    ignore_changes=KEPT_BY_CLAIMS,
                ),
            )
            mounted[store] = [claim]

        jobs = mirrors(
            name,
            settings.models,
            namespace=settings.namespace,
            stores=storage.stores,
            pools=pools,
            image=mirror_image,
            hub=settings.hub,
            token=hub_token is not None,
            claims=mounted,
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )
        named, weights = images or {}, weights_images or {}
        kept = (
            prefetch(
                name,
                settings.models,
                namespace=settings.namespace,
                pools=pools,
                images={
                    key: {named.get(key, image), *([weights[key]] if key in weights else [])}
                    for key in settings.models
                },
                pause_image=pause_image,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
            )
            if settings.prefetch
            else {}
        )
        self.models = {
            key: Model(
                f"{name}-{key}",
                key,
                model,
                placements[key],
                namespace=settings.namespace,
                storage=storage,
                image=named.get(key, image),
                weights_image=weights.get(key),
                token=hub_token is not None,
                aliases=(aliases or {}).get(key, ()),
                login=login,
                reports_usage=key in counted,
                opts=pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[
                        *needs,
                        *mounted.get(_volumes_of(model), ()),
                        *jobs.get(key, ()),
                        *([kept[model.pool]] if kept else []),
                    ],
                ),
            )
            for key, model in settings.models.items()
        }
        self.register_outputs({"urls": {key: model.url for key, model in self.models.items()}})


def _hub_policies(settings: ServingSettings) -> dict[str, networking.NetworkPolicySpecArgs]:
    """Egress to the hub of replicas and Jobs that download weights; replicas with a store have none."""
    models = settings.models.values()
    names = sorted({key for key, model in settings.models.items() if not model.mounts_weights})
    replicas = meta.LabelSelectorArgs()
    if len(names) < len(models) or settings.prefetch:
        key = "app.kubernetes.io/instance"
        named = meta.LabelSelectorRequirementArgs(key=key, operator="In", values=names)
        replicas = meta.LabelSelectorArgs(match_expressions=[named])
    return {
        **({"hub": _hub_policy(settings, replicas)} if names else {}),
        **(
            {"mirror": _hub_policy(settings, meta.LabelSelectorArgs(match_labels=LABELS))}
            if any(model.mirror for model in models)
            else {}
        ),
    }


def _hub_policy(settings: ServingSettings, pods: meta.LabelSelectorArgs) -> networking.NetworkPolicySpecArgs:
    policy = to_networks(settings.hub.networks, settings.hub.port) if settings.hub else to_internet(443)
    policy.pod_selector = pods
    return policy


def _volumes_of(model: ModelSettings) -> str:
    """Storage entry of the model's weights; empty if the cluster's default class applies."""
    return model.store or (model.cache and model.cache.storage_class) or ""


def placements_of(settings: ServingSettings, pools: Mapping[str, Pool]) -> dict[str, Placement]:
    """Placement of each model, with resource requests and whether an update can surge.

    An update can surge if nodes.min holds one more replica of every model of the pool.
    """
    requests = {key: request_of(model, pools[model.pool]) for key, model in settings.models.items()}
    fullest: dict[str, list[tuple[Request, int]]] = defaultdict(list)
    for key, model in settings.models.items():
        fullest[model.pool].append((requests[key], (model.replicas.max + 1) * model.nodes))
    surge = {
        name: (nodes_for(pools[name], replicas) or inf) <= pools[name].nodes.min
        for name, replicas in fullest.items()
    }
    return {
        key: Placement(pools[model.pool], requests[key], surge[model.pool])
        for key, model in settings.models.items()
    }
