"""Machine images of EKS nodes, which the public parameters of Systems Manager name."""

import re
from datetime import UTC, datetime

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks.image_parameters import IMAGES
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.request_parameters import filters_of, refuse_dry_run
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.handlers.paging import page_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_FILTERS = {"image-id": "ImageId", "state": "State"}
"""Members of an image by the filter that looks at them."""

_DAY = re.compile(r"-v(\d{8})/")


def describe(call: ApiCall) -> Document:
    refuse_dry_run(call)
    asked: list[str] = call.parameters.get("ImageIds") or list(IMAGES)
    if unknown := [id for id in asked if id not in IMAGES]:
        raise ApiError("InvalidAMIID.NotFound", f"The image id '[{', '.join(unknown)}]' does not exist")
    filters = filters_of(call, _FILTERS)
    found = [
        image
        for image in map(_described, asked)
        if all(image[_FILTERS[name]] in values for name, values in filters.items())
    ]
    return page_of(call, "Images", found)


def _described(id: str) -> Document:
    path = IMAGES[id]
    day = _DAY.search(path)
    made = (
        datetime.strptime(day[1], "%Y%m%d").replace(tzinfo=UTC) if day else datetime(2026, 7, 1, tzinfo=UTC)
    )
    return {
        "ImageId": id,
        "Name": path.removesuffix("/image_id").rpartition("/")[2],
        "Architecture": "arm64" if "arm64" in path else "x86_64",
        "CreationDate": made.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "State": "available",
        "OwnerId": "602401143452",  # of EKS, in most regions
        "Public": True,
        "ImageType": "machine",
        "VirtualizationType": "hvm",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
    }
