"""Rules for how the kubelet learns what a container is doing."""

from collections.abc import Iterable, Iterator

from gpu_cluster_policies.resource import Container, Resource
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
    if resource.kind in _LASTING and resource.pod:
        every = resource.pod.containers
        return [container for container in every if not container.starts and not container.ephemeral]
    return ()


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
