"""Capabilities of a cluster that a stack needs, tested by dry runs on its API server."""

from collections.abc import Iterator, Mapping

from gpu_cluster.capacity import pools_of
from gpu_cluster.catalog import KUBERNETES_VERSIONS
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.storage import Csi, LocalPath, Nfs
from gpu_cluster.config.stores import CsiVolume, NfsFolder
from gpu_cluster.kubernetes.storage.nfs import NFS_DRIVER
from gpu_cluster_tools.doctor.api_server import ApiServer
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.doctor.dns import dns
from gpu_cluster_tools.doctor.nodes import nodes
from gpu_cluster_tools.doctor.rbac_permissions import rbac_permissions

_CLUSTER = Group("cluster")

_ENFORCE = "pod-security.kubernetes.io/enforce"
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_LOCAL_PATH = "rancher.io/local-path"


def cluster(stack: Stack, api: ApiServer) -> Iterator[Check]:
    """`NoAnswerError` where the cluster does not answer."""
    yield _version(api)
    yield from nodes(stack, pools_of(stack), api)
    yield from _storage(stack, api)
    yield _pod_security(api)
    yield from dns(stack, api)
    yield _served(
        api,
        "admission policies",
        "admissionregistration.k8s.io/v1",
        "validatingadmissionpolicies",
        _NO_ADMISSION,
    )
    yield _served(api, "metrics", "metrics.k8s.io/v1beta1", "pods", _NO_METRICS)
    yield from _custom_metrics(stack, api)
    yield _served(api, "snapshots", "snapshot.storage.k8s.io/v1", "volumesnapshots", _NO_SNAPSHOTS)
    yield from rbac_permissions(api)


_NO_ADMISSION = "upgrade the cluster to Kubernetes 1.30 or later"
_NO_METRICS = "install metrics-server for `kubectl top` and scaling by CPU"
_NO_SNAPSHOTS = "install the snapshot controller for volume snapshots"
_NO_CUSTOM_METRICS = "install a metrics adapter, such as prometheus-adapter"


def _version(api: ApiServer) -> Check:
    found = api.get("/version") or {}
    version = f"{found.get('major', '?')}.{str(found.get('minor', '?')).rstrip('+')}"
    oldest, newest = next(iter(KUBERNETES_VERSIONS)), list(KUBERNETES_VERSIONS)[-1]
    if version in KUBERNETES_VERSIONS:
        return _CLUSTER.ok("version", f"Kubernetes {found.get('gitVersion', version)}")
    return _CLUSTER.warn("version", f"Kubernetes {version}; the platform supports {oldest} to {newest}")


def _storage(stack: Stack, api: ApiServer) -> Iterator[Check]:
    classes = api.items("/apis/storage.k8s.io/v1/storageclasses")
    if classes is None:
        yield _CLUSTER.skip("storage classes", "not authorized to list storage classes")
        return
    defaults = sorted(
        it["metadata"]["name"]
        for it in classes
        if it["metadata"].get("annotations", {}).get(_DEFAULT_CLASS) == "true"
    )
    own = {name for name, settings in stack.storage.items() if settings.default}
    foreign = [name for name in defaults if name not in own]
    if foreign and own:
        yield _CLUSTER.fail(
            "default class",
            f"{', '.join(foreign)} is already the default, and the stack adds {', '.join(own)} as another",
            f"kubectl annotate storageclass {foreign[0]} {_DEFAULT_CLASS}-",
        )
    elif len(defaults) > 1:
        yield _CLUSTER.fail("default class", f"there are {len(defaults)}: {', '.join(defaults)}")
    else:
        yield _CLUSTER.ok("default class", f"{(defaults or [*own] or ['none'])[0]}")
    yield from _provisioners(stack, {it["provisioner"] for it in classes}, api)


def _provisioners(stack: Stack, used: set[str], api: ApiServer) -> Iterator[Check]:
    """CSI drivers of the stack's classes that must already be installed."""
    drivers = {it["metadata"]["name"] for it in api.items("/apis/storage.k8s.io/v1/csidrivers") or []}
    for name, settings in stack.storage.items():
        match settings:
            case Csi():
                driver = settings.provisioner
            case CsiVolume():
                driver = settings.driver
            case Nfs() | NfsFolder():
                driver = NFS_DRIVER
            case LocalPath():
                driver = _LOCAL_PATH
            case _:
                continue
        if driver in drivers | used:
            yield _CLUSTER.ok(name, f"driver {driver}")
        else:
            yield _CLUSTER.warn(
                name,
                f"CSI driver {driver} is not registered, and no class uses it",
                "install the driver first",
            )


def _pod_security(api: ApiServer) -> Check:
    """Whether pods are restricted: the admission that does it alone looks at the level of a namespace."""
    probe = {"metadata": {"generateName": "gpu-cluster-doctor-", "labels": {_ENFORCE: "no-level"}}}
    refusal = api.refusal("/api/v1/namespaces", probe)
    if refusal is None:
        advice = "enable the admission plugin PodSecurity in the API server"
        return _CLUSTER.fail("pod security", "not enforced: the API server accepts an unknown level", advice)
    if _ENFORCE in refusal:
        return _CLUSTER.ok("pod security", "enforced")
    return _CLUSTER.skip("pod security", refusal)


def _served(api: ApiServer, name: str, group: str, resource: str, advice: str) -> Check:
    found = api.get(f"/apis/{group}")
    if found and resource in {it["name"] for it in found["resources"]}:
        return _CLUSTER.ok(name, f"{group} is served")
    return _CLUSTER.warn(name, f"{group} is not served", advice)


def _custom_metrics(stack: Stack, api: ApiServer) -> Iterator[Check]:
    scaled = [name for name, model in stack.serving.models.items() if model.replicas.min < model.replicas.max]
    if not scaled:
        return
    served: Mapping[str, object] | None = api.get("/apis/custom.metrics.k8s.io")
    who = ", ".join(scaled)
    if served:
        yield _CLUSTER.ok("waiting queues", f"custom.metrics.k8s.io is served, for autoscaling of {who}")
    else:
        found = f"custom.metrics.k8s.io is not served: {who} would stay at min"
        yield _CLUSTER.warn("waiting queues", found, _NO_CUSTOM_METRICS)
