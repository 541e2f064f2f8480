"""The table of property types of Kubernetes objects, from the classes of the Kubernetes SDK."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pulumi_kubernetes

_SDK = Path(pulumi_kubernetes.__file__).parent
_GROUPS = {
    "admissionregistration/v1": "admissionregistration.k8s.io/v1",
    "apiregistration/v1": "apiregistration.k8s.io/v1",
    "apps/v1": "apps/v1",
    "autoscaling/v1": "autoscaling/v1",
    "autoscaling/v2": "autoscaling/v2",
    "batch/v1": "batch/v1",
    "certificates/v1": "certificates.k8s.io/v1",
    "coordination/v1": "coordination.k8s.io/v1",
    "core/v1": "v1",
    "discovery/v1": "discovery.k8s.io/v1",
    "networking/v1": "networking.k8s.io/v1",
    "node/v1": "node.k8s.io/v1",
    "policy/v1": "policy/v1",
    "rbac/v1": "rbac.authorization.k8s.io/v1",
    "resource/v1beta2": "resource.k8s.io/v1",  # the SDK has no v1, whose types are these
    "scheduling/v1": "scheduling.k8s.io/v1",
    "storage/v1": "storage.k8s.io/v1",
}
"""Folders of the SDK, and the apiVersion of their kinds."""

_SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "Any": "any"}
_QUANTITIES = frozenset(
    (
        "allocatable",
        "averageValue",
        "capacity",
        "default",
        "defaultRequest",
        "divisor",
        "hard",
        "limits",
        "max",
        "maxLimitRequestRatio",
        "min",
        "overhead",
        "podFixed",
        "requests",
        "sizeLimit",
        "used",
    )
)
"""Properties of type Quantity, which the SDK has as texts, and the API takes as numbers as well."""

_SHARED = ("apiVersion", "kind", "metadata")
_METADATA = "meta/v1:ObjectMeta"

_LONG = frozenset(
    (
        "activeDeadlineSeconds",
        "deletionGracePeriodSeconds",
        "fsGroup",
        "generation",
        "gid",
        "nodeAllocatableUpdatePeriodSeconds",
        "observedGeneration",
        "revision",
        "runAsGroup",
        "runAsUser",
        "sizeBytes",
        "startingDeadlineSeconds",
        "supplementalGroups",
        "terminationGracePeriodSeconds",
        "tolerationSeconds",
    )
)
"""Properties of 64 bits; other whole numbers have 32. Source: Kubernetes v1.35.4,
api/openapi-spec/swagger.json, properties of format int64."""

_LONG_IN_PODS = ("capacity", "expirationSeconds", "seconds", "uid")
"""Likewise, but of other types elsewhere."""


def text() -> str:
    """The table as JSON: properties of each kind, and of the types that these have."""
    kinds: dict[str, dict[str, str]] = {}
    for folder, api in _GROUPS.items():
        for name in _kinds(folder):
            properties = _properties(f"{folder}/{name}", name, folder) | _status(folder, name)
            kinds[f"{api} {name}"] = {key: it for key, it in properties.items() if key not in _SHARED}
    types: dict[str, dict[str, str]] = {}
    ahead = [
        _METADATA,
        "core/v1:PodTemplateSpec",
        *(name for each in kinds.values() for name in _named(each)),
    ]
    while ahead:
        full = ahead.pop()
        if full not in types:
            folder, _, name = full.partition(":")
            types[full] = _properties(f"{folder}/_inputs", name, folder)
            ahead += _named(types[full])
    content = {
        "source": f"pulumi-kubernetes {version('pulumi-kubernetes')}",
        "kinds": dict(sorted(kinds.items())),
        "types": dict(sorted(types.items())),
    }
    return json.dumps(content, indent=0, separators=(",", ":")) + "\n"


def _kinds(folder: str) -> Iterator[str]:
    for file in sorted((_SDK / folder).glob("[A-Z]*.py")):
        if not file.stem.endswith(("List", "Patch")):
            yield file.stem


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse((_SDK / f"{module}.py").read_text())
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _properties(module: str, name: str, folder: str) -> dict[str, str]:
    """Properties by their names in a manifest, with their types."""
    classes = _classes(module)
    of = next((classes[each] for each in (f"{name}InitArgs", f"{name}Args") if each in classes), None)
    found: dict[str, str] = {}
    for node in of.body if of else ():
        if isinstance(node, ast.FunctionDef) and node.returns and _is_getter(node):
            key = _key(node)
            found[key] = _type(node.returns, key, folder)
    return found


def _status(folder: str, name: str) -> dict[str, str]:
    """The status of a kind, which its arguments lack and manifests that were read from a cluster have."""
    for node in _classes(f"{folder}/{name}")[name].body:
        if isinstance(node, ast.FunctionDef) and node.name == "status" and node.returns:
            [of] = re.findall(r"outputs\.(\w+)", ast.unparse(node.returns))
            return {"status": f"{folder}:{of}"}
    return {}


def _is_getter(node: ast.FunctionDef) -> bool:
    return any("getter" in ast.unparse(each) for each in node.decorator_list)


def _key(node: ast.FunctionDef) -> str:
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return node.name


def _type(node: ast.expr, key: str, folder: str) -> str:
    """`string`, `[core/v1:Container]`, `{string}`, `integer|string` …"""
    if isinstance(node, ast.Subscript):
        of, inside = ast.unparse(node.value).rpartition(".")[2], node.slice
        parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        match of:
            case "Sequence":
                return f"[{_type(parts[0], key, folder)}]"
            case "Mapping":
                return f"{{{_type(parts[-1], key, folder)}}}"
            case "Union":
                return "|".join(sorted({_type(part, key, folder) for part in parts}))
            case _:
                return _type(parts[0], key, folder)
    spelled = node.value if isinstance(node, ast.Constant) else ast.unparse(node)
    name = str(spelled).rpartition(".")[2]
    if name in _SCALARS:
        if name == "int" and (key in _LONG or (key in _LONG_IN_PODS and folder == "core/v1")):
            return "long"
        quantity = key in _QUANTITIES or (key == "value" and folder.startswith("autoscaling/"))
        return "quantity" if name == "str" and quantity else _SCALARS[name]
    if not name.endswith("Args"):
        return "string"  # one of some words
    return f"{_folder(str(spelled), folder)}:{name.removesuffix('Args')}"


def _folder(spelled: str, folder: str) -> str:
    """The folder of a type: `_core.v1.PodSpecArgs` is in core/v1."""
    *path, _ = spelled.split(".")
    return "/".join(part.removeprefix("_") for part in path) if path else folder


def _named(properties: dict[str, str]) -> list[str]:
    return [name for it in properties.values() if (name := it.strip("[]{}")).count(":")]
