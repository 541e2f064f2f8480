"""Rule for plaintext secrets."""

from collections.abc import Iterable, Iterator

from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Resource, containers
from gpu_cluster_policies.rule import Level, Violation, rule
from gpu_cluster_policies.secret_text import is_name_of_secret, is_secret


def _readable(resource: Resource) -> Iterable[tuple[str, Property]]:
    """Names and values that are readable with access to the object."""
    if resource.kind == "ConfigMap":
        yield from resource.at("data").entries()
    for container in containers(resource):
        for variable in container.at("env").items():
            yield variable.at("name").text, variable.at("value")


@rule(
    62,
    "no-literal-secrets",
    "Environment variables and ConfigMaps contain no secrets",
    of=_readable,
    level=Level.MANDATORY,
    references="KSV-0109; CIS 4.4.1; C-0012",
    fix="store it in a Secret and reference it with valueFrom.secretKeyRef; set a hub token in "
    "gpu-cluster:serving.hubToken with `pulumi config set --secret`",
)
def no_literal_secrets(named: tuple[str, Property]) -> Iterator[Violation]:
    """It is readable with access to the workload or ConfigMap, and appears in logs and diffs."""
    name, field = named
    if not field.text or field.text.startswith("$("):
        return
    if is_name_of_secret(name) or is_secret(field.text):
        yield Violation(field, "a reference to a Secret", actual="a literal secret")
