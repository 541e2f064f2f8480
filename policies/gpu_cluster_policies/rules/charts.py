"""Rule for charts and manifests that are rendered outside the plan."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.resource import Resource, each
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
    fix="define its objects as resources; for a third-party chart, review each release before an "
    "upgrade, and add a waiver",
)
def objects_seen(resource: Resource) -> Iterator[Violation]:
    """A chart is rendered from its registry during deployment, so a plan does not contain its objects."""
    yield Violation(
        resource.missing("content"), "resources of the stack", actual="rendered during the update"
    )
