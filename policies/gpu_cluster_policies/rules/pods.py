"""Rules for pods: host access, volume types and service accounts."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.pod_templates import POD_KINDS
from gpu_cluster_policies.resources.resource import Container, Pod, Resource, Subjects, containers, pods
from gpu_cluster_policies.rule import Level, Violation, rule, should_be

_HOOKS = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)
_VOLUME_TYPES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_VOLUME = "PersistentVolume"
_VOLUMES = frozenset(("name", "hostPath", *_VOLUME_TYPES))  # no-host-access finds host paths


_OF_NODES = ("boot", "etc", "home", "proc", "root", "run", "sys", "usr", "var")
"""Folders at the root of a node with files of its own."""


class _ReachingNodes:
    """Kinds with pods, and the volumes that a claim puts into them."""

    def __contains__(self, kind: object) -> bool:
        return kind == _VOLUME or kind in POD_KINDS


_reaching_nodes: Subjects[Pod | Resource] = Subjects(
    _ReachingNodes(), lambda resource: (resource,) if resource.kind == _VOLUME else resource.pods
)


@rule(
    50,
    "no-host-access",
    "Pods use no host namespaces, host paths or host ports",
    of=_reaching_nodes,
    level=Level.MANDATORY,
    references="CKV_K8S_17; CKV_K8S_18; CKV_K8S_19; CKV_K8S_26; KSV-0008; KSV-0009; KSV-0010; "
    "KSV-0023; KSV-0024; CIS 4.2.2; CIS 4.2.3; CIS 4.2.4; Pod Security Baseline: Host Namespaces; "
    "Pod Security Baseline: HostPath Volumes; Pod Security Baseline: Host Ports",
    fix="use a Service instead of a host port, and a class of gpu-cluster:storage instead of a host path; "
    "the device plugins of the platform are exempt",
)
def no_host_access(pod: Pod | Resource) -> Iterator[Violation]:
    """Host namespaces, ports and paths bypass other rules and give access to other pods and the kubelet."""
    if isinstance(pod, Resource):
        path, local = pod.at("spec", "hostPath"), pod.at("spec", "local", "path")
        if path.value is not None:
            yield Violation(path, "a volume of a CSI driver, of NFS, or local to a node")
        if _of_node(local.text):
            yield Violation(local, "a disk or folder for volumes alone, such as below /mnt/disks")
        return
    for namespace in ("hostNetwork", "hostPID", "hostIPC"):
        shared = pod.spec.at(namespace)
        if shared.value:
            yield Violation(shared, "false")
    for volume in pod.spec.at("volumes").items():
        path = volume.at("hostPath")
        if path.value is not None:
            yield Violation(path, "a claim, an emptyDir, or another volume type without host access")
    for container in pod.containers:
        for port in container.at("ports").items():
            host_port = port.at("hostPort")
            if host_port.value:
                yield Violation(host_port, "not set")


def _of_node(path: str) -> bool:
    """Whether a local volume is the node's root, or a folder with files of the node."""
    folders = [it for it in path.split("/") if it not in ("", ".")]
    return bool(path) and (not folders or ".." in folders or folders[0] in _OF_NODES)


@rule(
    103,
    "no-probe-hosts",
    "Probes and lifecycle hooks call their own pod",
    of=containers,
    level=Level.MANDATORY,
    references="Pod Security Baseline: Host Probes",
    fix="remove host from httpGet and tcpSocket; the kubelet then calls the pod",
)
def no_probe_hosts(container: Container) -> Iterator[Violation]:
    """The kubelet calls any host named in a probe from the node network."""
    for keys in _HOOKS:
        hook = container.at(*keys)
        for handler in ("httpGet", "tcpSocket") if hook.value is not None else ():
            host = hook.at(handler, "host")
            if host.text:
                yield Violation(host, "not set")


@rule(
    104,
    "volume-types",
    "Pods only mount volume types of the Restricted level",
    of=pods,
    level=Level.MANDATORY,
    references="Pod Security Restricted: Volume Types",
    fix="mount a PersistentVolumeClaim, such as one of a class or store of gpu-cluster:storage",
)
def volume_types(pod: Pod) -> Iterator[Violation]:
    """A pod with an inline volume can read data that its namespace was not granted."""
    for volume in pod.spec.at("volumes").items():
        for kind, source in volume.entries():
            if kind not in _VOLUMES and source.value is not None:
                yield Violation(source, f"one of {', '.join(_VOLUME_TYPES)}")


@rule(
    56,
    "own-service-account",
    "Pods have their own ServiceAccount and mount no token",
    of=pods,
    level=Level.MANDATORY,
    references="CKV_K8S_38; KSV-0036; CIS 4.1.5; CIS 4.1.6",
    fix="give the workload a ServiceAccount and set automountServiceAccountToken to false in its pod; "
    "clients of the API server mount a projected token",
)
def own_service_account(pod: Pod) -> Iterator[Violation]:
    """A shared identity cannot be limited to one workload, and an attacker can use a mounted token."""
    account = pod.spec.at("serviceAccountName")
    if account.text in ("", "default"):
        yield Violation(account, "a dedicated ServiceAccount")
    yield from should_be(pod.spec.at("automountServiceAccountToken"), False)
