"""Jobs that mirror models from the hub into stores, each before the servers of its model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.capacity import (
    MIRROR_CPU_MILLIS,
    MIRROR_MEMORY_BYTES,
    MirroredModel,
    Pool,
    mirrored_models,
)
from gpu_cluster.config.hub import HubMirror
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stores import S3, StoreSettings
from gpu_cluster.kubernetes.environment_variables import variables
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.scheduling import server_tolerations
from gpu_cluster.kubernetes.security import restricted_container, restricted_pod
from gpu_cluster.kubernetes.security.service_account import service_account
from gpu_cluster.kubernetes.serving import hub_token, mirror_weights, quantities
from gpu_cluster.kubernetes.serving.replicas import USER
from gpu_cluster.kubernetes.serving.server import WEIGHTS

NAME = "weights-mirror"
LABELS = {"app.kubernetes.io/name": NAME}
"""Labels of the pods that may call the hub."""

_OBJECT_LABELS = {**LABELS, "app.kubernetes.io/part-of": "gpu-cluster"}
_REPLACE_UNREADY = "pulumi.com/replaceUnready"
_PROGRAM = "mirror_weights.py"
_FOLDER = "/program"
_RETRIES = 4

_START_MINUTES = 15
_SLOWEST_BYTES_PER_MINUTE = 50e6 * 60
_LEAST_MINUTES, _UNKNOWN_MINUTES = 60, 720


def mirrors(
    name: str,
    models: Mapping[str, ModelSettings],
    *,
    namespace: str,
    stores: Mapping[str, StoreSettings],
    pools: Mapping[str, Pool],
    image: str,
    hub: HubMirror | None,
    token: bool,
    claims: Mapping[str, Sequence[pulumi.Resource]],
    opts: pulumi.ResourceOptions,
) -> dict[str, list[pulumi.Resource]]:
    """Jobs by model. `claims`: of each store; `token`: the namespace has a secret with that of the hub."""
    jobs: dict[str, batch.Job] = {}
    shared: list[pulumi.Resource] = []
    found: dict[str, list[pulumi.Resource]] = {}
    for key, settings in models.items():
        for mirrored in mirrored_models(settings):
            shared = shared or _shared(name, namespace, opts)
            if mirrored.job not in jobs:
                needs = [*shared, *claims.get(mirrored.store, ())]
                jobs[mirrored.job] = batch.Job(
                    f"{name}-{mirrored.job}",
                    # One that failed is made anew by the next update.
                    metadata=metadata(
                        mirrored.job, namespace, labels=_OBJECT_LABELS, annotations={_REPLACE_UNREADY: "true"}
                    ),
                    spec=_job(
                        mirrored,
                        append=not isinstance(stores[mirrored.store], S3),
                        pools=pools,
                        image=image,
                        environment=_environment(settings, hub, token=token),
                    ),
                    opts=pulumi.ResourceOptions.merge(
                        opts,
                        pulumi.ResourceOptions(
                            depends_on=needs,
                            custom_timeouts=pulumi.CustomTimeouts(
                                create=f"{_time_limit_minutes(mirrored) + 5}m",
                                update=f"{_time_limit_minutes(mirrored) + 5}m",
                            ),
                        ),
                    ),
                )
            found.setdefault(key, []).append(jobs[mirrored.job])
    return found


def _shared(name: str, namespace: str, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """The program, and an account without rights."""
    named = metadata(NAME, namespace, labels=_OBJECT_LABELS)
    program = Path(mirror_weights.__file__).read_text(encoding="utf-8")
    return [
        core.ConfigMap(f"{name}-mirror-program", metadata=named, data={_PROGRAM: program}, opts=opts),
        service_account(f"{name}-mirror-account", named, opts),
    ]


def _job(
    mirrored: MirroredModel,
    *,
    append: bool,
    pools: Mapping[str, Pool],
    image: str,
    environment: Sequence[core.EnvVarArgs],
) -> batch.JobSpecArgs:
    """Servers have no GPU while it runs: they are created after it, so nothing has to wait in them."""
    return batch.JobSpecArgs(
        backoff_limit=_RETRIES,
        active_deadline_seconds=_time_limit_minutes(mirrored) * 60,
        pod_failure_policy=batch.PodFailurePolicyArgs(
            rules=[
                batch.PodFailurePolicyRuleArgs(
                    action="Ignore",
                    on_pod_conditions=[
                        batch.PodFailurePolicyOnPodConditionsPatternArgs(
                            type="DisruptionTarget", status="True"
                        )
                    ],
                ),
                batch.PodFailurePolicyRuleArgs(
                    action="FailJob",
                    on_exit_codes=batch.PodFailurePolicyOnExitCodesRequirementArgs(
                        operator="In", values=[mirror_weights.REFUSED]
                    ),
                ),
            ]
        ),
        template=core.PodTemplateSpecArgs(
            metadata=meta.ObjectMetaArgs(labels=_OBJECT_LABELS),
            spec=core.PodSpecArgs(
                service_account_name=NAME,
                automount_service_account_token=False,
                enable_service_links=False,
                restart_policy="Never",
                security_context=restricted_pod(USER, owns_volumes=False),
                tolerations=server_tolerations(pools) or None,
                containers=[_container(mirrored, append=append, image=image, environment=environment)],
                volumes=[
                    core.VolumeArgs(
                        name="weights",
                        persistent_volume_claim=core.PersistentVolumeClaimVolumeSourceArgs(
                            claim_name=mirrored.store
                        ),
                    ),
                    core.VolumeArgs(name="program", config_map=core.ConfigMapVolumeSourceArgs(name=NAME)),
                ],
            ),
        ),
    )


def _time_limit_minutes(mirrored: MirroredModel) -> int:
    """Time limit of a Job: at 50 MB/s, which is assumed; half a day where the size is not known."""
    if mirrored.size is None:
        return _UNKNOWN_MINUTES
    return _START_MINUTES + max(_LEAST_MINUTES, round(mirrored.size / _SLOWEST_BYTES_PER_MINUTE))


def _container(
    mirrored: MirroredModel, *, append: bool, image: str, environment: Sequence[core.EnvVarArgs]
) -> core.ContainerArgs:
    memory = {"memory": quantities.memory(MIRROR_MEMORY_BYTES)}
    return core.ContainerArgs(
        name="mirror",
        image=image,
        command=["python", f"{_FOLDER}/{_PROGRAM}"],
        args=[
            f"--model={mirrored.model}",
            f"--revision={mirrored.revision or 'main'}",
            f"--folder={WEIGHTS}/{mirrored.folder}",
            *(["--append"] if append else []),
        ],
        env=[*environment, core.EnvVarArgs(name="PYTHONDONTWRITEBYTECODE", value="1")],
        resources=core.ResourceRequirementsArgs(
            requests={"cpu": quantities.cpu(MIRROR_CPU_MILLIS), **memory}, limits=memory
        ),
        security_context=restricted_container(),
        volume_mounts=[
            core.VolumeMountArgs(name="weights", mount_path=WEIGHTS),
            core.VolumeMountArgs(name="program", mount_path=_FOLDER, read_only=True),
        ],
    )


def _environment(settings: ModelSettings, hub: HubMirror | None, *, token: bool) -> list[core.EnvVarArgs]:
    """Address and token of the hub; those of the model's own `env` count more."""
    own = {key: it for key, it in settings.env.items() if key in ("HF_ENDPOINT", "HF_TOKEN")}
    platform: list[core.EnvVarArgs] = []
    if hub and "HF_ENDPOINT" not in own:
        platform.append(core.EnvVarArgs(name="HF_ENDPOINT", value=hub.url))
    if token and "HF_TOKEN" not in own:
        platform.append(hub_token.variable())
    return [*platform, *variables(own)]
