"""Rule for plaintext secrets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.object_kinds import group_of
from gpu_cluster_policies.resources.property import Property, is_list
from gpu_cluster_policies.resources.resource import Resource, containers
from gpu_cluster_policies.resources.resource_types import NODE_CLASS, PARAMETER
from gpu_cluster_policies.resources.secret_manifest import secrets_written_out
from gpu_cluster_policies.resources.secret_text import holds_secret, is_name_of_secret, is_secret
from gpu_cluster_policies.rule import Level, Violation, rule

_ADDON = "aws:eks/addon:Addon"
_CHARTS = frozenset(
    ("kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart")
)
_BUILT_IN = frozenset[str]().union(*BUILT_IN_KINDS.values())
_ABOUT = ("apiVersion", "kind", "metadata", "status")
_SECRET_STORES = frozenset(("external-secrets.io", "secrets-store.csi.x-k8s.io"))
_PLACEHOLDERS = ("$(", "${", "{{", "<")
_MAPS = (dict, Mapping)
_NESTED = (str, dict, list, Mapping, Sequence)
"""Texts, maps and lists, the most frequent types first."""

_CODE = (".go", ".java", ".js", ".lua", ".py", ".rb", ".sql", ".ts")
"""Ends of the names of programs, which declare variables such as `token: str`."""

_SURE = "secret"
"""Name of a value that is known to be a secret."""


class _Named(NamedTuple):
    """A value with the name that it goes by."""

    name: str
    field: Property
    expected: str = "a reference to a Secret"


def _readable(resource: Resource) -> Iterable[_Named]:
    """Names and values that are readable with access to the object or its manifest."""
    if resource.kind == "ConfigMap":
        yield from (_Named(*entry) for entry in resource.at("data").entries())
    elif resource.kind == "Secret":
        for field in secrets_written_out(resource):
            yield _Named(_SURE, field, "a value from a secret store, such as an ExternalSecret")
    elif resource.kind == PARAMETER:
        yield from _of_parameter(resource)
    elif resource.kind == _ADDON:
        yield from _values(_of_yaml(resource.at("configurationValues")))
    elif resource.kind in _CHARTS:
        yield from _values(resource.at("values"))
    elif _is_custom(resource):
        yield from _of_custom(resource)
    else:
        yield from _of_pods(resource)


def _of_pods(resource: Resource) -> Iterator[_Named]:
    for container in containers(resource):
        for variable in container.at("env").items():
            yield _Named(variable.at("name").text, variable.at("value"))
        for key in ("command", "args"):
            yield from _arguments(list(container.at(key).items()))


def _of_parameter(parameter: Resource) -> Iterator[_Named]:
    """Values of an SSM parameter that are stored in plaintext, with the last word of its path."""
    name = str(parameter.properties.get("name") or parameter.label).rpartition("/")[2]
    secure = parameter.at("type").value == "SecureString"
    for key in ("insecureValue",) if secure else ("insecureValue", "value"):
        if parameter.properties.get(key) is not UNKNOWN:
            yield _Named(name, parameter.at(key), "a parameter of type SecureString, or a secret")


def _of_custom(resource: Resource) -> Iterator[_Named]:
    """All texts, except encrypted ones and names of keys in a secret store."""
    in_store = group_of(resource.properties) in _SECRET_STORES
    for key, field in resource.root.entries():
        for named in _values(field, key) if key not in _ABOUT else ():
            if not (in_store and named.name == "secretKey") and ".encryptedData." not in named.field.path:
                yield named


def _is_custom(resource: Resource) -> bool:
    """Whether it is an object of an operator. Rule 16 judges user data of a node class."""
    return ":" not in resource.kind and resource.kind not in _BUILT_IN and resource.kind != NODE_CLASS


def _arguments(words: Sequence[Property]) -> Iterator[_Named]:
    """Flags with their values, and scripts line by line."""
    for index, word in enumerate(words):
        text = word.text
        flag, equals, value = text.partition("=")
        following = words[index + 1].text if index + 1 < len(words) else ""
        literal = value if equals else "" if following.startswith("-") else following
        if _names_value(flag) and _is_literal(literal):
            yield _Named(flag, word if equals else words[index + 1])
        elif holds_secret(text):
            yield _Named(_SURE, word)


def _names_value(flag: str) -> bool:
    """Whether the value of a flag is a secret, and not the name of one."""
    return flag.startswith("-") and is_name_of_secret(flag) and not flag.lower().endswith("secret")


def _is_literal(value: str) -> bool:
    """Whether it is neither empty, nor a file or a variable."""
    return bool(value) and not value.startswith(("/", "$", "file:", *_PLACEHOLDERS))


def _of_yaml(field: Property) -> Property:
    """Values of an add-on as EKS reads them: JSON is YAML, too. EKS refuses others."""
    try:
        content: Any = YAML(typ="safe", pure=True).load(field.text)  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, ValueError, RecursionError):
        content = None
    return Property(field.owner, field.path, content)


def _values(field: Property, key: str = "") -> Iterator[_Named]:
    """Texts of a chart or a custom object with their names. Those of variables are in the map with the name,
    and `value` has the name of its map. Outputs, which are unknown, are not in the stack file."""
    ahead = [(field, key)]
    while ahead:
        field, key = ahead.pop()
        if isinstance(field.content, _MAPS):
            if variable := _variable(field):
                yield variable
            else:
                ahead += reversed(list(_inside(field, key)))
        elif is_list(field.content):
            words = list(field.items())
            if key in ("command", "args") and all(isinstance(word.content, str) for word in words):
                yield from _arguments(words)
                key = ""
            ahead += ((word, key) for word in reversed(words) if isinstance(word.content, _NESTED))
        elif field.content is not UNKNOWN:
            # A name such as existingSecret is that of a reference.
            yield _Named("" if key.lower().endswith("secret") else key, field)


def _variable(field: Property) -> _Named | None:
    name, value = field.content.get("name"), field.content.get("value")
    return _Named(name, field.at("value")) if isinstance(name, str) and isinstance(value, str) else None


def _inside(field: Property, key: str) -> Iterator[tuple[Property, str]]:
    for inner, value in cast(Mapping[str, Any], field.content).items():
        if isinstance(value, _NESTED) or _is_pin(inner, value):
            yield field.at(inner), key if inner == "value" else inner


def _is_pin(name: str, value: Any) -> bool:
    """Whether it is a number for a password."""
    return isinstance(value, int) and not isinstance(value, bool) and "password" in name.lower()


@rule(
    62,
    "no-literal-secrets",
    "Manifests, command lines and chart values contain no plaintext secrets",
    of=_readable,
    level=Level.MANDATORY,
    references="KSV-0109; CIS 4.4.1; C-0012",
    fix="store it in a Secret that no manifest writes out, and reference it with valueFrom.secretKeyRef; "
    "set a hub token in gpu-cluster:serving.hubToken with `pulumi config set --secret`",
)
def no_literal_secrets(named: _Named) -> Iterator[Violation]:
    """It is readable with access to the object or the repository, and appears in logs and diffs."""
    name, field, expected = named
    if field.text and _is_secret(name, field.text):
        yield Violation(field, expected, actual="a literal secret")


def _is_secret(name: str, text: str) -> bool:
    """Whether a value is a secret by its name or its shape. Files of settings name the secrets in them."""
    if name == _SURE or is_secret(text):
        return True
    if "\n" in text or text.startswith(('{"', "[")):
        return not name.endswith(_CODE) and bool(holds_secret(text))
    return is_name_of_secret(name) and not text.startswith(_PLACEHOLDERS)
