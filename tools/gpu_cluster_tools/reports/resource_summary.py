"""Summary of a resource, in a few words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from gpu_cluster.plan.graph import Registered
from gpu_cluster.unknown import UNKNOWN

Inputs = Mapping[str, Any]


def summary_of(resource: Registered) -> str:
    """`g6.4xlarge, 3 to 12 nodes`; empty where a resource's name says it all."""
    component = resource.type.startswith("gpu-cluster:")  # whose inputs are not those of its namesake on AWS
    say = None if component else _SAYS.get(resource.type.rpartition(":")[2])
    facts = [*(say(resource.inputs) if say else ()), *_held(resource)]
    return ", ".join(fact for fact in facts if fact)


def _held(resource: Registered) -> Iterator[str]:
    if resource.protected and not resource.type.startswith("gpu-cluster:"):
        yield "protected"
    if resource.retained:
        yield "retained on delete"


def _cluster(inputs: Inputs) -> Iterator[str]:
    if "vpcConfig" not in inputs:
        return  # a custom object of that kind, such as one of CloudNativePG
    yield f"Kubernetes {inputs.get('version', '')}"
    yield "public endpoint" if _at(inputs, "vpcConfig.endpointPublicAccess") else "private endpoint"


def _node_group(inputs: Inputs) -> Iterator[str]:
    if "scalingConfig" not in inputs:
        return
    yield " or ".join(inputs.get("instanceTypes") or ())
    yield _range(inputs["scalingConfig"]["minSize"], inputs["scalingConfig"]["maxSize"], "node")
    yield str(inputs.get("capacityType", "")).lower().replace("_", "-")


def _workload(inputs: Inputs) -> Iterator[str]:
    replicas = _at(inputs, "spec.replicas")
    if isinstance(replicas, int):
        yield _range(replicas, replicas, "replica")
    gpus: dict[str, Any] = {}
    for container in _maps(_at(inputs, "spec.template.spec.containers")):
        gpus |= _extended(_at(container, "resources.limits"))
    yield from (f"{count} x {name}" for name, count in gpus.items())


def _group(inputs: Inputs) -> Iterator[str]:
    """Replicas, nodes and GPUs of a LeaderWorkerSet."""
    replicas, size = _at(inputs, "spec.replicas"), _at(inputs, "spec.leaderWorkerTemplate.size")
    if isinstance(replicas, int):
        yield f"{_range(replicas, replicas, 'replica')} over {size} nodes"
    for container in _maps(_at(inputs, "spec.leaderWorkerTemplate.workerTemplate.spec.containers")):
        gpus = _extended(_at(container, "resources.limits"))
        yield from (f"{count} x {name} on each" for name, count in gpus.items())


def _scaler(inputs: Inputs) -> Iterator[str]:
    least, most = _at(inputs, "spec.minReplicas"), _at(inputs, "spec.maxReplicas")
    if most is not None:
        yield _range(1 if least is None else least, most, "replica")


def _gateway(inputs: Inputs) -> Iterator[str]:
    """Components of this kind have no inputs; a listener without a host name has all."""
    for listener in _maps(_at(inputs, "spec.listeners")):
        yield f"{listener.get('protocol', '')} {listener.get('port', '')}, {listener.get('hostname', '*')}"


def _route(inputs: Inputs) -> Iterator[str]:
    """`/chat/v1 to chat 90, chat-next 10`."""
    for rule in _maps(_at(inputs, "spec.rules")):
        paths = [_at(match, "path.value") or "/" for match in _maps(rule.get("matches"))]
        targets = _maps(rule.get("backendRefs"))
        weights = len(targets) > 1
        shown = [
            f"{it.get('name')} {it.get('weight', 1)}" if weights else f"{it.get('name')}" for it in targets
        ]
        yield f"{(paths or ['/'])[0]} to {', '.join(shown) or 'no backend'}"


def _quota(inputs: Inputs) -> Iterator[str]:
    hard = _extended(_at(inputs, "spec.hard"))
    yield from (f"{name} {hard[name]}" for name in sorted(hard))


def _extended(resources: Any) -> dict[str, Any]:
    """GPUs and the like, which have a domain in their names."""
    found: Inputs = cast(Inputs, resources) if isinstance(resources, Mapping) else {}
    return {name: count for name, count in found.items() if "/" in name}


def _maps(listed: Any) -> list[Inputs]:
    """The maps in a list: manifests of a user may have anything."""
    found: list[Any] = cast(list[Any], listed) if isinstance(listed, list) else []
    return [cast(Inputs, it) for it in found if isinstance(it, Mapping)]


def _given(*paths: str) -> Callable[[Inputs], Iterator[str]]:
    """The inputs at these paths, as they are."""

    def say(inputs: Inputs) -> Iterator[str]:
        for path in paths:
            value = _at(inputs, path)
            if value is not None:
                yield "(unknown)" if value is UNKNOWN else str(value)

    return say


def _at(inputs: Inputs, path: str) -> Any:
    """The value at a path such as `spec.hard`; None where there is none."""
    value: Any = inputs
    for step in path.split("."):
        value = cast(Inputs, value).get(step) if isinstance(value, Mapping) else None
    return value


def _range(least: Any, most: Any, what: str) -> str:
    count = f"{least} to {most}" if least != most else f"{least}"
    return f"{count} {what}" if count == "1" else f"{count} {what}s"


_SAYS: Mapping[str, Callable[[Inputs], Iterator[str]]] = {
    "Addon": _given("addonName", "addonVersion"),
    "Budget": _given("limitAmount", "limitUnit"),
    "Cluster": _cluster,
    "DaemonSet": _workload,
    "Deployment": _workload,
    "Gateway": _gateway,
    "HTTPRoute": _route,
    "HorizontalPodAutoscaler": _scaler,
    "LeaderWorkerSet": _group,
    "LustreFileSystem": _given("storageCapacity", "deploymentType"),
    "NodeGroup": _node_group,
    "PersistentVolumeClaim": _given("spec.resources.requests.storage"),
    "ResourceQuota": _quota,
    "StatefulSet": _workload,
    "StorageClass": _given("provisioner"),
    "Subnet": _given("cidrBlock", "availabilityZone"),
    "Vpc": _given("cidrBlock"),
    "VpcEndpoint": _given("serviceName"),
}
