"""Public parameters of machine images of EKS nodes, and the images that were requested by them."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from gpu_cluster.catalog import AL2023_RELEASES

_OPTIMIZED = re.compile(
    r"/aws/service/eks/optimized-ami/(?P<version>[\d.]+)/amazon-linux-2023/(?P<arch>x86_64|arm64)"
    r"/(?P<variant>standard|nvidia|neuron)/amazon-eks-node-al2023-(?P=arch)-(?P=variant)-(?P=version)"
    r"-v(?P<day>\d{8})/image_id"
)
"""Source: Amazon EKS user guide, retrieve-ami-id; Karpenter 1.13, pkg/providers/amifamily, 2026-11-28."""

_BOTTLEROCKET = re.compile(
    r"/aws/service/bottlerocket/aws-k8s-(?P<version>[\d.]+)(?P<variant>-nvidia)?/(?P<arch>x86_64|arm64)"
    r"/(?P<release>\d+\.\d+\.\d+)/image_id"
)
"""Source: Bottlerocket README, finding an AMI; Karpenter 1.13, pkg/providers/amifamily, 2026-11-28."""

_NO_NEURON = "arm64/neuron"
_OWN_IMAGES = Path("own-images.json")

OWN = "/own/"


def image_id(path: str) -> str | None:
    """The id of the image that a public parameter names; None where there is no such parameter.

    The ids are invented, and always the same.
    """
    if found := _OPTIMIZED.fullmatch(path):
        known = found["version"] in AL2023_RELEASES and f"{found['arch']}/{found['variant']}" != _NO_NEURON
    else:
        known = _BOTTLEROCKET.fullmatch(path) is not None
    return f"ami-0{hashlib.sha256(path.encode()).hexdigest()[:16]}" if known else None


def publish(path: str) -> str | None:
    """Id of the image, which DescribeImages then knows."""
    image = image_id(path)
    if image:
        IMAGES[image] = path
    return image


def write_own(architectures: Mapping[str, str], folder: Path) -> None:
    """Write custom AMIs, by id, for an account that will be started in this folder."""
    (folder / _OWN_IMAGES).write_text(json.dumps(dict(architectures)))


def take_own() -> None:
    """Read the images that were written for this account, so that DescribeImages knows them."""
    if _OWN_IMAGES.exists():
        own: dict[str, str] = json.loads(_OWN_IMAGES.read_text())
        IMAGES.update({id: f"{OWN}{architecture}/{id}" for id, architecture in own.items()})


IMAGES: dict[str, str] = {}
"""Paths of the parameters by image; of one of the user, of which no parameter tells, one below `OWN`."""
