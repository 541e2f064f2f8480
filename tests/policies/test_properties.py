"""Fixtures use only properties that AWS types have; one with a misspelt property would prove nothing."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false
# pyright: reportPrivateUsage=false, reportPrivateImportUsage=false
# Pulumi's own record of names and types is untyped.

import importlib
import inspect
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from keyword import iskeyword
from typing import Any

import pytest
from pulumi import _types

from tests.policies.fixture import Fixture, fixtures

AWS = [
    fixture
    for fixture in fixtures()
    if any(document.get("type", "").startswith("aws:") for document in fixture.documents)
]


@cache
def _inputs_of(resource_type: str) -> type:
    """Class of the inputs of a type, such as `pulumi_aws.ec2.VpcArgs` of `aws:ec2/vpc:Vpc`. `LookupError` if
    the SDK has no such type."""
    _, module, name = resource_type.split(":")
    package, _, _ = module.partition("/")
    resource = getattr(importlib.import_module(f"pulumi_aws.{_spelt(package)}"), name, None)
    if resource is None or resource_type not in inspect.getsource(resource):
        raise LookupError(resource_type)
    own = importlib.import_module(resource.__module__)
    # The class has another name if the settings of another type use this one.
    return getattr(own, f"{name}InitArgs", None) or getattr(own, f"{name}Args")


def _spelt(package: str) -> str:
    """Name as a Python module: `lambda` is a keyword."""
    return f"{package}_" if iskeyword(package) else package


def _unknown(inputs: type, given: Mapping[str, Any], path: str) -> Iterator[str]:
    """Paths of properties that the type does not have."""
    names = {wire: python for python, wire in _types.input_type_py_to_pulumi_names(inputs).items()}
    types = _types.input_type_types(inputs)
    for key, value in given.items():
        if key not in names:
            yield f"{path}{key}"
            continue
        nested = _nested(types.get(names[key], types.get(key)))
        for element in value if isinstance(value, list) else [value]:
            if nested and isinstance(element, Mapping):
                yield from _unknown(nested, typing.cast(Mapping[str, Any], element), f"{path}{key}.")


def _nested(declared: Any) -> type | None:
    """The class of settings in a declared type, such as `Sequence[Input[SubnetArgs]]`."""
    if _types.is_input_type(declared):
        return declared
    return next((found for found in map(_nested, typing.get_args(declared)) if found), None)


@pytest.mark.parametrize("fixture", AWS, ids=lambda fixture: f"{fixture.rule}/{fixture.path.stem}")
def test_fixture_uses_only_existing_properties(fixture: Fixture) -> None:
    unknown = [
        f"{document['type']} {document['name']}: {path}"
        for document in fixture.documents
        if document.get("type", "").startswith("aws:")
        for path in _unknown(_inputs_of(document["type"]), document["properties"], "")
    ]

    assert unknown == []


@pytest.mark.parametrize(
    ("properties", "unknown"),
    [
        ({"vpcConfig": {"subnetIds": []}}, []),
        ({"vpcConfig": {"subnetIDs": []}, "vresion": "1.36"}, ["vpcConfig.subnetIDs", "vresion"]),
        ({"encryptionConfig": {"provider": {"keyARN": "x"}}}, ["encryptionConfig.provider.keyARN"]),
    ],
)
def test_misspelt_property_is_found(properties: dict[str, Any], unknown: list[str]) -> None:
    assert list(_unknown(_inputs_of("aws:eks/cluster:Cluster"), properties, "")) == unknown


def test_unknown_resource_type_is_found() -> None:
    with pytest.raises(LookupError):
        _inputs_of("aws:ec2/network:Vpc")
