"""Rule for deletion protection."""

from collections.abc import Iterator

from gpu_cluster.catalog import STATEFUL, Loss
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, Violation, rule

_KEPT = (Loss.CLUSTER, Loss.DATA, Loss.KEY)
_PROTECTED = tuple(kind for kind, loss in STATEFUL.items() if kind.startswith("aws:") and loss in _KEPT)


@rule(
    88,
    "protected",
    "Clusters, keys and stores are protected from deletion",
    of=each(*_PROTECTED),
    level=Level.PRODUCTION,
    references="Pulumi: resource option protect; terraform-provider-aws #35824",
    fix="remove gpu-cluster:protect, or set it to true; otherwise set protect=True on the resource",
)
def protected(resource: Resource) -> Iterator[Violation]:
    """A resource that cannot be updated in place is replaced by an empty one, and the old one is deleted with
    its data."""
    if not resource.protected:
        yield Violation(resource.missing("protect"), "true", actual="false")
