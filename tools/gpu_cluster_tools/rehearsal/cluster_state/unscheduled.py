"""Reasons why a pod is unscheduled, by pool, with the taint, the label or the resource."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from lightkube.utils.quantity import parse_quantity

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.simulated_nodes.host_devices import NO_GPUS

Amounts = dict[str, Decimal]

_BLOCKING = ("NoSchedule", "NoExecute")


def why_unscheduled(pod: Object, nodes: Mapping[str, list[Object]], pods: Iterable[Object]) -> list[str]:
    """A line for each pool, and the scheduler's own where these rules find no reason.

    `nodes`: those of each pool by its name. `pods`: all of the cluster, for what is taken.
    """
    taken = _taken(pods)
    lines = [_of_pool(pod, pool, own, taken) for pool, own in nodes.items()]
    if any(line is None for line in lines):
        return [_of_scheduler(pod)]
    return [line for line in lines if line]


def fits(pod: Object, node: Object) -> bool:
    """True if no known reason keeps the pod away from an empty node."""
    return not any(_reasons(pod, node, {}))


def selects(pod: Object, node: Object) -> bool:
    """True if the node has the labels that the pod requires, and no taint that it does not tolerate."""
    return not any((*_selection(pod, node), *_taints(pod, node)))


def is_unscheduled(pod: Object) -> bool:
    return not pod["spec"].get("nodeName") and bool(condition(pod))


def has_idle(nodes: Iterable[Object], pods: Iterable[Object]) -> bool:
    """True if there is a node without scheduled pods, other than those of DaemonSets."""
    busy = {pod["spec"].get("nodeName") for pod in pods if not is_of_daemon_set(pod)}
    return any(node["metadata"]["name"] not in busy for node in nodes)


def is_of_daemon_set(pod: Object) -> bool:
    return any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences", []))


def condition(pod: Object) -> Object:
    """Condition of a failed scheduling attempt; empty if the scheduler has not tried yet."""
    conditions = pod["status"].get("conditions", [])
    unplaced = (each for each in conditions if each["type"] == "PodScheduled" and each["status"] == "False")
    return next(unplaced, Object())


def _of_pool(pod: Object, pool: str, nodes: list[Object], taken: Mapping[str, Amounts]) -> str | None:
    """Reason why the pod does not fit on a pool's nodes; None if it is unknown."""
    if not nodes:
        return f"pool {pool}: has no nodes"
    reasons = [tuple(_reasons(pod, node, taken)) for node in nodes]
    if not all(reasons):
        return None
    [(most, count), *others] = Counter(reasons).most_common()
    of = f"{count} of {len(nodes)} nodes" if others else f"{len(nodes)} node{'s' * (len(nodes) > 1)}"
    return f"pool {pool} ({of}): {'; '.join(most)}"


def _reasons(pod: Object, node: Object, taken: Mapping[str, Amounts]) -> Iterator[str]:
    yield from _selection(pod, node)
    yield from _taints(pod, node)
    yield from _shortages(pod, node, taken.get(node["metadata"]["name"], {}))


def _selection(pod: Object, node: Object) -> Iterator[str]:
    labels = node["metadata"].get("labels", {})
    for key, value in pod["spec"].get("nodeSelector", {}).items():
        if labels.get(key) != value:
            yield f"label {key} is {labels.get(key, 'not set')}, required is {value}"
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", [])
    unmet = [[each for each in _expressions(term) if not _matches(each, node)] for term in terms]
    if unmet and all(unmet):
        yield " and ".join(_asked(each, node) for each in min(unmet, key=len))


def _expressions(term: Object) -> list[Object]:
    fields = ({**each, "field": True} for each in term.get("matchFields", []))
    return [*term.get("matchExpressions", []), *fields]


def _matches(expression: Object, node: Object) -> bool:
    value, wanted = _value(expression, node), expression.get("values", [])
    match expression["operator"]:
        case "In":
            return value in wanted
        case "NotIn":
            return value not in wanted
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(wanted[0])
        case _:
            return value is not None and int(value) < int(wanted[0])


def _asked(expression: Object, node: Object) -> str:
    value = _value(expression, node)
    asked = " ".join([expression["operator"], ", ".join(expression.get("values", []))]).strip()
    return f"label {expression['key']} is {'not set' if value is None else value}, required is {asked}"


def _value(expression: Object, node: Object) -> str | None:
    if expression.get("field"):
        return node["metadata"]["name"]
    return node["metadata"].get("labels", {}).get(expression["key"])


def _taints(pod: Object, node: Object) -> Iterator[str]:
    tolerations = pod["spec"].get("tolerations", [])
    for taint in node["spec"].get("taints", []):
        if taint["effect"] in _BLOCKING and not any(_tolerates(each, taint) for each in tolerations):
            yield f"taint {taint['key']}={taint.get('value', '')}:{taint['effect']} is not tolerated"
    if node["spec"].get("unschedulable"):
        yield "cordoned"


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return (toleration.get("key"), toleration.get("value", "")) == (taint["key"], taint.get("value", ""))


def _shortages(pod: Object, node: Object, taken: Amounts) -> Iterator[str]:
    allocatable = _amounts(node["status"].get("allocatable", {}))
    for resource, asked in _requests(pod).items():
        there = allocatable.get(resource, Decimal(0))
        free = there - taken.get(resource, Decimal(0))
        if asked > free:
            why = _refused(node) if resource.startswith("nvidia.com/") and not there else ""
            yield f"{resource}: requests {_shown(asked)}, free {_shown(free)} of {_shown(there)}{why}"


def _refused(node: Object) -> str:
    """Reason why existing GPUs are not exposed to containers."""
    why = node["metadata"].get("annotations", {}).get(NO_GPUS)
    return f", since {why}" if why else ""


def _taken(pods: Iterable[Object]) -> dict[str, Amounts]:
    """Requests of the pods of each node."""
    taken: dict[str, Amounts] = {}
    for pod in pods:
        node = pod["spec"].get("nodeName")
        if not node or pod["status"].get("phase") in ("Succeeded", "Failed"):
            continue
        own = taken.setdefault(node, {"pods": Decimal(0)})
        for resource, amount in (_requests(pod) | {"pods": Decimal(1)}).items():
            own[resource] = own.get(resource, Decimal(0)) + amount
    return taken


def _requests(pod: Object) -> Amounts:
    """Requests as the scheduler counts them: all containers together, or a larger init container."""
    total: Amounts = {"pods": Decimal(1)}
    for container in pod["spec"]["containers"]:
        for resource, amount in _asked_by(container).items():
            total[resource] = total.get(resource, Decimal(0)) + amount
    for container in pod["spec"].get("initContainers", []):
        for resource, amount in _asked_by(container).items():
            total[resource] = max(total.get(resource, Decimal(0)), amount)
    return total


def _asked_by(container: Object) -> Amounts:
    return _amounts(container.get("resources", {}).get("requests", {}))


def _amounts(quantities: Mapping[str, str]) -> Amounts:
    return {resource: parse_quantity(text) or Decimal(0) for resource, text in quantities.items()}


def _shown(amount: Decimal) -> str:
    gibibytes = amount / 2**30
    return f"{gibibytes:.1f}Gi" if gibibytes >= 1 else f"{amount.normalize():f}"


def _of_scheduler(pod: Object) -> str:
    message = condition(pod).get("message", "no reason given")
    words = message.partition(" preemption:")[0].rstrip(". ")
    return f"the scheduler: {words.partition(' nodes are available: ')[2] or words}"
