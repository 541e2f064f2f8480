"""Parts of a stack that its file declares by itself, beside what the catalog knows."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic.alias_generators import to_camel

from gpu_cluster.catalog import ADDONS
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack.manifests import manifests_of

DECLARED = "declared in the stack file"
"""Mark of these parts in plans and reports."""


@dataclass(frozen=True, slots=True)
class Declaration:
    key: str
    """Key of the stack file, such as `cluster.addons.cert-manager`."""

    words: str
    """Subject and facts, such as `add-on cert-manager v1.18.2-eksbuild.2`."""

    def __str__(self) -> str:
        return f"{DECLARED}: {self.words} (gpu-cluster:{self.key})"


def declared(stack: Stack | TeamStack) -> list[Declaration]:
    """Every declaration, in the order of the sections. Facts are the user's: the catalog has none of them."""
    if isinstance(stack, TeamStack):
        return []
    return [*_of_cluster(stack), *_of_hardware(stack), *_of_pools(stack), *_of_extras(stack)]


def _of_hardware(stack: Stack) -> Iterator[Declaration]:
    for name, gpu in stack.hardware.gpus.items():
        yield Declaration(f"hardware.gpus.{name}", f"GPU {name}: {gpu.product}, {gpu.memory}")
    for name, it in stack.hardware.instances.items():
        gpus = f", {it.gpus} x {it.gpu}" if it.gpu else ""
        price = f"{it.hourly_usd} USD an hour" if it.hourly_usd else "no price"
        words = f"instance type {name}: {it.cpus} CPUs, {it.memory}, {it.architecture}{gpus}, {price}"
        yield Declaration(f"hardware.instances.{name}", words)


def _of_pools(stack: Stack) -> Iterator[Declaration]:
    for name, pool in stack.pools.items():
        key = f"pools.{name}"
        if pool.ami.id:
            yield Declaration(f"{key}.ami.id", f"image {pool.ami.id} of pool {name}")
        if parts := [it for it in type(pool.user_data).model_fields if getattr(pool.user_data, it)]:
            shown = ", ".join(to_camel(part) for part in parts)
            yield Declaration(f"{key}.userData", f"{shown} in the user data of pool {name}")
        if pool.kubelet:
            yield Declaration(
                f"{key}.kubelet", f"{', '.join(sorted(pool.kubelet))} of kubelets of pool {name}"
            )


def _of_extras(stack: Stack) -> Iterator[Declaration]:
    if stack.extras.manifests:
        objects = len(manifests_of(stack.extras.manifests))
        yield Declaration("extras.manifests", f"{objects} objects of manifests")
    for name, chart in stack.extras.charts.items():
        words = f"Helm chart {chart.chart}{f' {chart.version}' if chart.version else ''}"
        yield Declaration(f"extras.charts.{name}", words)


def _of_cluster(stack: Stack) -> Iterator[Declaration]:
    if not isinstance(stack.cluster, EksSettings):
        return
    iam = stack.cluster.iam
    if iam.permissions_boundary:
        words = f"permissions boundary {iam.permissions_boundary} of every role"
        yield Declaration("cluster.iam.permissionsBoundary", words)
    if iam.path != "/":
        yield Declaration("cluster.iam.path", f"path {iam.path} of every role, instance profile and policy")
    for name, addon in stack.cluster.addons.items():
        key = f"cluster.addons.{name}"
        if name not in ADDONS:
            roles = "".join(f", role {role}" for role in addon.pod_identity.values())
            yield Declaration(key, f"add-on {name} {addon.version}{roles}")
        if addon.values:
            yield Declaration(f"{key}.values", f"values {', '.join(sorted(addon.values))} of add-on {name}")
