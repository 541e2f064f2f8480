"""Rules for what must not go: that the engine is told so."""

from collections.abc import Iterator

from gpu_cluster.catalog import STATEFUL, Loss
from gpu_cluster_policies.resource import Resource, each
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
    fix="leave gpu-cluster:protect out, or set it to true; elsewhere give the resource protect=True",
)
def protected(resource: Resource) -> Iterator[Violation]:
    """A resource that cannot change in place is made anew, empty; the old one is deleted with its data."""
    if not resource.protected:
        yield Violation(resource.missing("protect"), "true", actual="false")
