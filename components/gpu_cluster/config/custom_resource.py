"""Custom resources that a stack file names."""

from typing import Annotated

from pydantic import AfterValidator

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS
from gpu_cluster.config.pattern import Pattern


def _is_custom(resource: str) -> str:
    group = resource.partition(".")[2]
    if group in BUILT_IN_KINDS:
        raise ValueError(f"expected a custom resource; {group} is a group of Kubernetes itself")
    return resource


CustomResource = Annotated[
    str,
    Pattern(
        r"[a-z][a-z0-9]*(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}",
        "the plural and group of a custom resource, such as trainjobs.trainer.kubeflow.org",
    ),
    AfterValidator(_is_custom),
]
