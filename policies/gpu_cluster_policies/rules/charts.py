"""A rule for what is rendered somewhere else: that nothing is applied which no rule has seen."""

from collections.abc import Iterator

from gpu_cluster_policies.resource import Resource, each
from gpu_cluster_policies.rule import Level, Violation, rule

_rendered = each(
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:kustomize:Directory",
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
)


@rule(
    91,
    "objects-seen",
    "Every applied object has been evaluated by the rules",
    of=_rendered,
    level=Level.MANDATORY,
    references="Pulumi: Kubernetes Chart, Release, ConfigGroup and Directory",
    fix="write its objects as resources; for a publisher's chart, have a role read each release before its "
    "version is raised, and waive it",
)
def objects_seen(resource: Resource) -> Iterator[Violation]:
    """A chart is rendered from its publisher's registry as it is deployed: a plan has none of its objects."""
    yield Violation(
        resource.missing("content"), "objects of the stack", actual="rendered when it is deployed"
    )
