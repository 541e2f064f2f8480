"""`offline: true`: no setting needs internet access."""

from collections.abc import Iterator

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.network import Nat
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.offline_endpoints import public_endpoints
from gpu_cluster.stack.checks.offline_images import public_images, public_registries
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def offline(stack: Stack) -> Iterator[Diagnostic]:
    if not stack.offline:
        return
    if not isinstance(stack.cluster, EksSettings) and stack.registry.mirror is None:
        message = "required key is missing with offline: true; mirror for images"
        yield Diagnostic(("registry", "mirror"), message)
    if stack.network and not stack.network.existing and stack.network.nat is not Nat.NONE:
        message = f"expected none with offline: true, got {stack.network.nat}"
        yield Diagnostic(("network", "nat"), message)
    for name, model in stack.serving.models.items():
        yield from _weights(stack, ("serving", "models", name), model)
    yield from _charts(stack)
    yield from public_registries(stack)
    yield from public_endpoints(stack)
    yield from public_images(stack)


def _weights(stack: Stack, keys: Keys, model: ModelSettings) -> Iterator[Diagnostic]:
    if stack.serving.hub is None and (model.cache or model.mirror):
        expected = "serving.hub" if model.mirror else "store, or serving.hub"
        message = f"weights are downloaded from the internet; expected {expected} with offline: true"
        yield Diagnostic((*keys, "cache" if model.cache else "mirror"), message)


def _charts(stack: Stack) -> Iterator[Diagnostic]:
    mirror = stack.mirror
    for name, chart in stack.extras.charts.items():
        if not chart.is_path and not (mirror and chart.chart.startswith(f"oci://{mirror}/")):
            place = f"oci://{mirror}/… or a path" if mirror else "a path"
            message = f"the chart is not in the mirror; expected {place} with offline: true"
            yield Diagnostic(("extras", "charts", name, "chart"), message)
