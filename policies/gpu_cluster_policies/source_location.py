"""Source location of a finding: the line to change."""

from typing import NamedTuple, Protocol

from gpu_cluster_policies.resources.resource import Resource


class SourceLocation(NamedTuple):
    """A line of a file."""

    file: str
    """Path in the project, such as `stacks/Pulumi.prod.yaml`; `<stdin>` for standard input."""

    line: int
    """The first is 1."""

    key: str
    """Key, such as `gpu-cluster:serving.models.chat`; empty if the location is not a key."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.key}".rstrip()


class Located(Protocol):
    """Findings in a resource."""

    @property
    def resource(self) -> str:
        """Address of the object, usually of the judged resource."""
        ...

    @property
    def path(self) -> str: ...

    @property
    def judged(self) -> Resource: ...


class Places(Protocol):
    """Locations of the resources' sources."""

    def of(self, finding: Located) -> SourceLocation: ...
