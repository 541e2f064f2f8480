"""Region: required with provider eks, and known."""

from collections.abc import Iterator

from gpu_cluster.catalog import REGIONS
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.diagnostic import Diagnostic
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean

KEY = "aws:region"
_OTHER_PARTITIONS = {
    "cn-": "AWS in China",
    "us-iso": "a US isolated region",
    "eu-isoe-": "an EU isolated region",
    "eusc-": "the AWS European Sovereign Cloud",
}
"""Prefixes of regions in partitions that are not supported (botocore 1.44.5, partitions.json)."""


def region(stack: Stack) -> Iterator[Diagnostic]:
    if not on_aws(stack):
        return
    if stack.region is None:
        yield Diagnostic(
            (KEY,), "required key is missing with provider eks; AWS region, such as eu-central-1"
        )
    elif problem := unknown_region(stack.region):
        yield Diagnostic((KEY,), problem)


def on_aws(stack: Stack) -> bool:
    return isinstance(stack.cluster, EksSettings)


def unknown_region(name: str) -> str | None:
    """Diagnostic of a region name, if any."""
    if name in REGIONS:
        return None
    for prefix, partition in _OTHER_PARTITIONS.items():
        if name.startswith(prefix):
            return (
                f"'{name}' is in {partition}; its service names, image registries, zones and prices are not "
                "in the catalog, and only regions of the partitions aws and aws-us-gov are supported"
            )
    near = did_you_mean(name, REGIONS, cutoff=CLOSE) or f"; there are {', '.join(REGIONS)}"
    return f"unknown region '{name}'{near}"
