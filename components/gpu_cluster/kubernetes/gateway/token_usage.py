"""Token usage of answers, read by Envoy for the token limits."""

from importlib.resources import files

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from gpu_cluster.kubernetes.gateway.names import API, ENVOY, GATEWAY, NAMESPACE
from gpu_cluster.kubernetes.object_metadata import metadata

TOKENS = {"namespace": "gpu-cluster", "key": "tokens"}
"""Dynamic metadata of a request with the tokens of its answer."""

_NAME = "token-usage"


def token_usage(name: str, *, opts: pulumi.ResourceOptions) -> CustomResource:
    """A Lua filter for all routes of the Gateway, those of teams included."""
    return CustomResource(
        f"{name}-token-usage",
        api_version=ENVOY,
        kind="EnvoyExtensionPolicy",
        metadata=metadata(_NAME, NAMESPACE),
        spec={
            "targetRefs": [{"group": API.partition("/")[0], "kind": "Gateway", "name": GATEWAY}],
            "lua": usage_filters(),
        },
        opts=opts,
    )


def usage_filters() -> list[dict[str, str]]:
    """`lua` of an EnvoyExtensionPolicy; that of a route replaces that of its Gateway."""
    text = files("gpu_cluster.kubernetes.gateway").joinpath("token_usage.lua").read_text("utf-8")
    return [{"type": "Inline", "inline": text}]
