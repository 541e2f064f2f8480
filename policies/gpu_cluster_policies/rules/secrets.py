"""Rule for plaintext secrets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.property import Property, is_list
from gpu_cluster_policies.resources.resource import Resource, containers
from gpu_cluster_policies.resources.secret_text import is_name_of_secret, is_secret
from gpu_cluster_policies.rule import Level, Violation, rule

_ADDON = "aws:eks/addon:Addon"
_CHARTS = frozenset(
    ("kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart")
)


def _readable(resource: Resource) -> Iterable[tuple[str, Property]]:
    """Names and values that are readable with access to the object."""
    if resource.kind == "ConfigMap":
        yield from resource.at("data").entries()
    elif resource.kind == _ADDON:
        yield from _values(_of_yaml(resource.at("configurationValues")))
    elif resource.kind in _CHARTS:
        yield from _values(resource.at("values"))
    for container in containers(resource):
        for variable in container.at("env").items():
            yield variable.at("name").text, variable.at("value")


def _of_yaml(field: Property) -> Property:
    """Values of an add-on as EKS reads them: JSON is YAML, too. EKS refuses others."""
    try:
        content: Any = YAML(typ="safe", pure=True).load(field.text)  # pyright: ignore[reportUnknownMemberType]
    except YAMLError:
        content = None
    return Property(field.owner, field.path, content)


def _values(field: Property) -> Iterator[tuple[str, Property]]:
    """Values of a chart with their names; those of variables are in the map with the name."""
    if not isinstance(field.value, Mapping) and not is_list(field.value):
        name = field.path.rpartition(".")[2]
        yield "" if name.lower().endswith("secret") else name, field  # such as existingSecret, a reference
        return
    name = field.at("name").content
    if isinstance(name, str) and isinstance(field.at("value").content, str):
        yield name, field.at("value")
        return
    for child in field.children():
        if child.content is not UNKNOWN:  # an output, which is not in the stack file
            yield from _values(child)


@rule(
    62,
    "no-literal-secrets",
    "Environment variables, ConfigMaps and chart values contain no secrets",
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
