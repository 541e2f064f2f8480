"""Hardware, GPUs and models that a stack file declares in addition to the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic.alias_generators import to_camel

from gpu_cluster.catalog import ADDONS
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.manifests import manifests_of, shown

DECLARED = "declared in the stack file"
"""Mark of these parts in plans and reports."""


@dataclass(frozen=True, slots=True)
class Declaration:
    key: str
    """Key of the stack file, such as `gpu-cluster:cluster.addons.cert-manager`."""

    words: str
    """Subject and facts, such as `add-on cert-manager v1.18.2-eksbuild.2`."""

    def __str__(self) -> str:
        return f"{DECLARED}: {self.words} ({self.key})"


def declared(stack: Stack | TeamStack) -> list[Declaration]:
    """Every declaration, in the order of the sections. Facts are the user's: the catalog has none of them."""
    if isinstance(stack, TeamStack):
        return []
    return [
        *_of_network(stack),
        *_of_cluster(stack),
        *_of_hardware(stack),
        *_of_pools(stack),
        *_of_extras(stack),
    ]


def _declaration(key: str, words: str) -> Declaration:
    return Declaration(f"gpu-cluster:{key}", words)


def _of_network(stack: Stack) -> Iterator[Declaration]:
    existing = stack.network.existing if stack.network else None
    if existing and existing.guarantees:
        words = f"guarantees of the existing VPC: {', '.join(sorted(existing.guarantees))}"
        yield _declaration("network.existing.guarantees", words)


def _of_hardware(stack: Stack) -> Iterator[Declaration]:
    for name, gpu in stack.hardware.gpus.items():
        yield _declaration(f"hardware.gpus.{name}", f"GPU {name}: {gpu.product}, {gpu.memory}")
    for name, it in stack.hardware.instances.items():
        gpus = f", {it.gpus} x {it.gpu}" if it.gpu else ""
        price = f"{it.hourly_usd} USD an hour" if it.hourly_usd else "no price"
        words = f"instance type {name}: {it.cpus} CPUs, {it.memory}, {it.architecture}{gpus}, {price}"
        yield _declaration(f"hardware.instances.{name}", words)


def _of_pools(stack: Stack) -> Iterator[Declaration]:
    for name, pool in stack.pools.items():
        key = f"pools.{name}"
        if pool.ami.id:
            yield _declaration(f"{key}.ami.id", f"image {pool.ami.id} of pool {name}")
        if parts := [it for it in type(pool.user_data).model_fields if getattr(pool.user_data, it)]:
            named = ", ".join(to_camel(part) for part in parts)
            yield _declaration(f"{key}.userData", f"{named} in the user data of pool {name}")
        if pool.kubelet:
            yield _declaration(
                f"{key}.kubelet", f"{', '.join(sorted(pool.kubelet))} of kubelets of pool {name}"
            )


def _of_extras(stack: Stack) -> Iterator[Declaration]:
    if stack.extras.manifests:
        objects = len(manifests_of(stack.extras.manifests))
        yield _declaration("extras.manifests", f"{objects} objects of manifests")
    for name, chart in stack.extras.charts.items():
        source = shown(Path(chart.chart)) if chart.is_path else chart.chart
        words = f"Helm chart {source}{f' {chart.version}' if chart.version else ''}"
        yield _declaration(f"extras.charts.{name}", words)


def _of_cluster(stack: Stack) -> Iterator[Declaration]:
    if not isinstance(stack.cluster, EksSettings):
        return
    iam = stack.cluster.iam
    if iam.permissions_boundary:
        words = f"permissions boundary {iam.permissions_boundary} of every role"
        yield _declaration("cluster.iam.permissionsBoundary", words)
    if iam.path != "/":
        yield _declaration("cluster.iam.path", f"path {iam.path} of every role, instance profile and policy")
    for name, addon in stack.cluster.addons.items():
        key = f"cluster.addons.{name}"
        if name not in ADDONS:
            roles = "".join(f", role {role}" for role in addon.pod_identity.values())
            yield _declaration(key, f"add-on {name} {addon.version}{roles}")
        if addon.values:
            yield _declaration(f"{key}.values", f"values {', '.join(sorted(addon.values))} of add-on {name}")
