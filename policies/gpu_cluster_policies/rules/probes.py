"""Rule for container probes."""

from collections.abc import Iterable, Iterator

from gpu_cluster_policies.resources.resource import Container, Pod, Resource
from gpu_cluster_policies.rule import Level, Violation, rule

_LASTING = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "LeaderWorkerSet",
)


def _servers(resource: Resource) -> Iterable[Container]:
    """Containers of servers; for a LeaderWorkerSet, only the leader, which serves requests."""
    pod = resource.pod
    if pod and (resource.kind in _LASTING or _is_restarted(resource, pod)):
        every = pod.containers
        return [container for container in every if not container.starts and not container.ephemeral]
    return ()


def _is_restarted(resource: Resource, pod: Pod) -> bool:
    """Whether it is a bare pod with restart policy Always, the API's default."""
    return resource.kind == "Pod" and pod.spec.at("restartPolicy").content in (None, "Always")


@rule(
    58,
    "probes",
    "Containers of servers have probes, and model servers a startup probe",
    of=_servers,
    level=Level.PRODUCTION,
    references="CKV_K8S_8; CKV_K8S_9; C-0018; C-0056; kyverno require-pod-probes",
    fix="set readinessProbe and livenessProbe; for a model, also set a startupProbe that lasts "
    "loadMinutes of gpu-cluster:serving.models.<name>",
)
def probes(container: Container) -> Iterator[Violation]:
    """Without probes, requests reach a server that is not ready, or a liveness probe restarts a model while
    it loads."""
    needed = ["readinessProbe", "livenessProbe", *(["startupProbe"] if container.gpu_resources else [])]
    for name in needed:
        probe = container.at(name)
        if not probe.value:
            yield Violation(probe, "a probe")
