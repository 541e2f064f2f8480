"""The region: given where the platform is on AWS, and one that exists."""

from collections.abc import Iterator

from components.catalog import REGIONS
from components.config.eks import EksSettings
from components.config.stack import Stack
from components.stackfile.nearest import did_you_mean
from components.stackfile.problem import Mistake

KEY = "aws:region"


def region(stack: Stack) -> Iterator[Mistake]:
    if not on_aws(stack):
        return
    if stack.region is None:
        yield Mistake((KEY,), "required key is missing with provider eks; AWS region, such as eu-central-1")
    elif problem := unknown_region(stack.region):
        yield Mistake((KEY,), problem)


def on_aws(stack: Stack) -> bool:
    return isinstance(stack.cluster, EksSettings)


def unknown_region(name: str) -> str | None:
    """What is wrong with the name of a region, if anything."""
    if name in REGIONS:
        return None
    near = did_you_mean(name, REGIONS, cutoff=0.8) or f"; there are {', '.join(REGIONS)}"
    return f"unknown region '{name}'{near}"
