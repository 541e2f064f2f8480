"""Rules for how the kubelet learns what a container is doing."""

from collections.abc import Iterable, Iterator

from gpu_cluster_policies.resource import Container, Pod, Resource
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
    """Containers that are meant to run for ever; of a LeaderWorkerSet its leader, which alone answers."""
    pod = resource.pod
    if pod and (resource.kind in _LASTING or _is_restarted(resource, pod)):
        every = pod.containers
        return [container for container in every if not container.starts and not container.ephemeral]
    return ()


def _is_restarted(resource: Resource, pod: Pod) -> bool:
    """Whether it is a pod of its own that starts again whenever it ends, as is the API's default."""
    return resource.kind == "Pod" and pod.spec.at("restartPolicy").content in (None, "Always")


@rule(
    58,
    "probes",
    "Containers of servers have probes, and model servers a startup probe",
    of=_servers,
    level=Level.PRODUCTION,
    references="CKV_K8S_8; CKV_K8S_9; C-0018; C-0056; kyverno require-pod-probes",
    fix="set readinessProbe and livenessProbe; for a model also a startupProbe that lasts "
    "loadMinutes of gpu-cluster:serving.models.<name>",
)
def probes(container: Container) -> Iterator[Violation]:
    """Requests reach a server that is not ready, and a liveness probe kills a model while it still loads."""
    needed = ["readinessProbe", "livenessProbe", *(["startupProbe"] if container.gpu_resources else [])]
    for name in needed:
        probe = container.at(name)
        if not probe.value:
            yield Violation(probe, "a probe")
