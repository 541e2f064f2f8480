"""Rule for the types of properties."""

from collections.abc import Iterator

from gpu_cluster_policies.resources.object_types import is_in_table, mistyped, mistyped_pod
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.rule import Level, Violation, rule


def _objects(resource: Resource) -> Iterator[Resource]:
    if ":" not in resource.kind:
        yield resource


@rule(
    106,
    "api-types",
    "Properties have the types of the Kubernetes API",
    of=_objects,
    level=Level.MANDATORY,
    references="Kubernetes: API reference",
    fix="write the value with the expected type: text in quotes; booleans, numbers and lists without",
)
def api_types(resource: Resource) -> Iterator[Violation]:
    """The API server would refuse the object, after other rules have evaluated a different value."""
    for field, expected in mistyped(resource.root):
        yield Violation(field, expected)
    if is_in_table(resource.root):
        return
    for template in resource.templates.templates:
        for field, expected in mistyped_pod(template.field, inline=template.inline):
            yield Violation(field, expected)
