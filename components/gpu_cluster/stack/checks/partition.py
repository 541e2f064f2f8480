"""Partition of the region: its ARNs, its regions for copies, and the services that it lacks."""

import re
from collections.abc import Iterator
from typing import Any, cast

from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.partition import ARN, partition_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import unknown_region
from gpu_cluster.stack.diagnostic import Diagnostic, Keys

_ARN = re.compile(rf"{ARN}:[a-z0-9-]+:[a-z0-9-]*:(\d{{12}}|aws)?:\S+")
_GOVCLOUD = "aws-us-gov"


def partition(stack: Stack) -> Iterator[Diagnostic]:
    """One that the platform does not support is an error of the region alone."""
    if not isinstance(stack.cluster, EksSettings) or stack.region is None or unknown_region(stack.region):
        return
    own = partition_of(stack.region)
    given = stack.model_dump(by_alias=True, exclude_unset=True)
    for keys, text in _texts((), given):
        if _ARN.fullmatch(text) and (other := text.split(":")[1]) != own:
            message = f"expected an ARN of partition {own}, that of {stack.region}, got '{text}' of {other}"
            yield Diagnostic(keys, message)
    copies = {
        ("backups", "copyTo"): [stack.backups.copy_to],
        ("registry", "replicate"): stack.registry.replicate,
    }
    for keys, regions in copies.items():
        for name in sorted(filter(None, regions)):
            if not unknown_region(name) and partition_of(name) != own:
                message = f"expected a region of partition {own}, that of {stack.region}, got '{name}'"
                yield Diagnostic(keys, f"{message}: nothing is copied between partitions")
    if own == _GOVCLOUD:
        yield from _missing_services(stack, stack.cluster)


def _missing_services(stack: Stack, cluster: EksSettings) -> Iterator[Diagnostic]:
    """Sources: botocore 1.44.5, endpoints.json of budgets; AWS GovCloud (US) user guide, govcloud-eks,
    2026-12-01."""
    budgets = [("budget",)] if stack.budget else []
    budgets += [("teams", name, "budget") for name, team in stack.teams.items() if team.budget]
    for keys in budgets:
        message = "AWS Budgets has no endpoint in AWS GovCloud (US); remove it"
        yield Diagnostic(keys, f"{message}, and set the budget in the standard account that pays")
    if cluster.remote_networks:
        keys = ("cluster", "remoteNetworks")
        yield Diagnostic(keys, "AWS GovCloud (US) has no EKS hybrid nodes; remove it")


def _texts(keys: Keys, value: Any) -> Iterator[tuple[Keys, str]]:
    """Every text, with the keys of the value or list that it is in."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, dict):
        for key, part in cast(dict[str, Any], value).items():
            yield from _texts((*keys, key), part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in cast(list[Any], value):
            yield from _texts(keys, part)
