"""Inputs of a program's resources that hold secrets."""

from __future__ import annotations

from collections.abc import Mapping

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.resources.resource_types import PARAMETER

_INPUTS: Mapping[str, tuple[str, ...]] = {
    PARAMETER: ("value",),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "Secret": ("stringData", "data"),
}


def input_from_program(resource: Resource) -> str:
    """The first secret input whose value the program supplies itself; empty if there is none.

    The value is from a secret setting, or written in the program. The SDKs encrypt both in the state, so
    neither a plan nor the engine shows which of the two it is.
    """
    if resource.kind == PARAMETER and resource.at("type").value != "SecureString":
        return ""  # rule 62 judges what is stored in plaintext
    derived = resource.made_of or {}
    for key in _INPUTS.get(resource.kind, ()):
        content = resource.properties.get(key)
        if content and content is not UNKNOWN and not derived.get(key):
            return key
    return ""
