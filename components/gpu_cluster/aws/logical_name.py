"""Logical names whose automatic names AWS accepts."""

from typing import NamedTuple

import pulumi

from gpu_cluster.catalog.limits import fitted


class LogicalName(NamedTuple):
    name: str
    aliases: list[pulumi.Alias]
    """The name before it was shortened: nothing that exists under it is replaced."""


def logical_name(resource_type: str, name: str) -> LogicalName:
    """A logical name, shortened where the automatic name would be too long for the service.

    logical_name("aws:iam/role:Role", "platform-autoscaler-identity-role").name
    # platform-autoscaler-identity-role
    """
    short = fitted(resource_type, name)
    return LogicalName(short, [] if short == name else [pulumi.Alias(name=name)])
