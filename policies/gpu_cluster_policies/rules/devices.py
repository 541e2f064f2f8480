"""Rule for GPU devices: containers use only assigned devices."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog.device_variables import CUDA_DEVICES, DEVICE_VARIABLES, VISIBLE_DEVICES
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Container, containers
from gpu_cluster_policies.rule import Level, Violation, stack_rule
from gpu_cluster_policies.rules.namespaces import is_of_team

_ALLOWED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(DEVICE_VARIABLES, ()),
    VISIBLE_DEVICES: ("void",),
    CUDA_DEVICES: ("",),
}
"""Values that expose no device, by variable."""

_EXPECTED = {VISIBLE_DEVICES: "not set, or void", CUDA_DEVICES: "not set, or empty"}


@stack_rule(
    96,
    "gpus-from-the-scheduler",
    "Containers use only GPUs that the scheduler assigned",
    of=containers,
    level=Level.MANDATORY,
    references="NVIDIA Container Toolkit: NVIDIA_VISIBLE_DEVICES; "
    "CUDA programming guide: CUDA_VISIBLE_DEVICES; Kubernetes: schedule GPUs",
    fix="request GPUs in resources.limits and do not set the variable; void hides the node's GPUs from a "
    "container without GPUs",
)
def gpus_from_the_scheduler(container: Container, inventory: Inventory) -> Iterator[Violation]:
    """With such a variable, a container can use GPUs of other pods outside of any quota, or hide its own
    GPUs."""
    workload = container.pod.resource
    if workload.kind == "DaemonSet" and not is_of_team(workload, inventory):
        return  # device plugins and exporters see every GPU of their node
    named = list(container.at("env").items())
    for variable in named:
        name = variable.at("name").text
        source = variable.at("valueFrom")
        yield from _chosen(name, source if source.value is not None else variable.at("value"))
    own = {variable.at("name").text for variable in named}
    for name, value in _loaded(container, inventory):
        if name not in own:
            yield from _chosen(name, value)


def _chosen(name: str, value: Property) -> Iterator[Violation]:
    allowed = _ALLOWED.get(name)
    if allowed is None or (isinstance(value.value, str | None) and value.text in allowed):
        return
    yield Violation(value, f"{_EXPECTED.get(name, 'left out')}: {name} chooses devices")


def _loaded(container: Container, inventory: Inventory) -> Iterator[tuple[str, Property]]:
    """Variables from ConfigMaps of the stack, by envFrom."""
    for source in container.at("envFrom").items():
        wanted, prefix = source.at("configMapRef", "name").text, source.at("prefix").text
        for config in inventory.of("ConfigMap", container.pod.resource.namespace) if wanted else ():
            if config.name == wanted:
                yield from ((prefix + key, value) for key, value in config.at("data").entries())
