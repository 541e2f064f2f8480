"""Variables of a container, as a kubelet sets them for its process."""

from decimal import Decimal
from math import ceil

from lightkube.utils.quantity import parse_quantity

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import Object
from gpu_cluster_tools.rehearsal.errors import RehearsalError


def environment_of(pod: Object, container: Object) -> dict[str, str]:
    """Environment variables of a container. `RehearsalError` for a source that only a real node has."""
    if container.get("envFrom"):
        raise RehearsalError(f"{_name(pod)}: envFrom is not rehearsed")
    return {each["name"]: _value(pod, container, each) for each in container.get("env", [])}


def _value(pod: Object, container: Object, variable: Object) -> str:
    match variable:
        case {"valueFrom": {"fieldRef": {"fieldPath": path}}} if (found := _field(pod, path)) is not None:
            return found
        case {"valueFrom": {"resourceFieldRef": {"resource": resource, **more}}}:
            return _amount(container, resource, more.get("divisor", "1"))
        case {"valueFrom": source}:
            raise RehearsalError(f"{_name(pod)}: variable {variable['name']} from {source} is not rehearsed")
        case _:
            return variable.get("value", "")


def _field(pod: Object, path: str) -> str | None:
    found: Object | str | None = pod
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _amount(container: Object, resource: str, divisor: str) -> str:
    """A request or limit in whole divisors, rounded up; a divisor of 0 is 1."""
    kind, _, name = resource.partition(".")
    amount = _quantity(container.get("resources", {}).get(kind, {}).get(name, "0"))
    return str(ceil(amount / (_quantity(divisor) or 1)))


def _quantity(text: str) -> Decimal:
    return parse_quantity(text) or Decimal(0)


def _name(pod: Object) -> str:
    return f"pod {pod['metadata']['namespace']}/{pod['metadata']['name']}"
