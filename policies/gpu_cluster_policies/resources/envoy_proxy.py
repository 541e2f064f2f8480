"""Settings of an EnvoyProxy that apply to the pods which Envoy Gateway creates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpu_cluster_policies.resources.property import Property, UnreadableError

KIND = "EnvoyProxy"

_HARMLESS: Mapping[tuple[str, ...], frozenset[str]] = {
    (): frozenset({"container", "name", "pod", "replicas", "strategy"}),
    ("container",): frozenset({"image", "resources"}),
    ("pod",): frozenset(
        {"affinity", "imagePullSecrets", "nodeSelector", "tolerations", "topologySpreadConstraints"}
    ),
}
"""Fields of a workload that cannot weaken its pods; rules judge the image.

Source: KubernetesDeploymentSpec and KubernetesDaemonSetSpec, api/v1alpha1 of envoyproxy/gateway v1.6.0.
"""


def images_of(root: Property) -> tuple[Property, ...]:
    """Images of Envoy that it sets."""
    images = (workload.at("container", "image") for workload in _workloads(root))
    return tuple(image for image in images if image.content is not None)


def unseen_in(root: Property) -> str:
    """The first setting of its pods or its Service that no rule sees; empty if there is none."""
    found = (field for workload in _workloads(root) for field in _others(workload))
    for field in (*found, _kubernetes(root).at("envoyService", "patch")):
        if field.content is not None:
            return f"no rule evaluates {field.path}"
    return ""


def _kubernetes(root: Property) -> Property:
    return root.at("spec", "provider", "kubernetes")


def _workloads(root: Property) -> Iterator[Property]:
    for key in ("envoyDeployment", "envoyDaemonSet"):
        yield _map(_kubernetes(root).at(key))


def _others(workload: Property) -> Iterator[Property]:
    for keys, harmless in _HARMLESS.items():
        yield from (field for key, field in _map(workload.at(*keys)).entries() if key not in harmless)


def _map(field: Property) -> Property:
    if not isinstance(field.value, Mapping | None):
        raise UnreadableError(field, field.shown, "a map")
    return field
