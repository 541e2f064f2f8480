"""Volume sources: AWS resources behind storage classes and stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

LiveParameters = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class VolumeSource:
    """A store as its driver finds it."""

    handle: pulumi.Input[str]
    """Id of the file system, or name of the bucket."""

    attributes: LiveParameters
    """The driver's own words for where it is."""

    mount_options: tuple[str, ...] = ()
    """Options that a driver has from the instance metadata service only, which pods do not reach."""


@dataclass(frozen=True, slots=True)
class StorageResources:
    parameters: Mapping[str, LiveParameters] = field(default_factory=dict[str, LiveParameters])
    """Live parameters by storage class, such as the KMS key of its volumes."""

    kept: Mapping[str, LiveParameters] = field(default_factory=dict[str, LiveParameters])
    """Likewise, but not of its sibling for volumes that go with their pod, which have no backup."""

    sources: Mapping[str, VolumeSource] = field(default_factory=dict[str, VolumeSource])
    """Volume source by store."""

    made: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    """Created before, and deleted after, any mount of them: more than the resource with the id."""
