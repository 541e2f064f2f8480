"""Tags as AWS accepts them."""

from typing import Annotated

from gpu_cluster.config.spelling import Spelled

_CHARACTERS = r"A-Za-z0-9 +\-._:/@"

_OF_OTHERS = r"[Aa][Ww][Ss]:|gpu-cluster/|kubernetes\.io|karpenter\.|ebs\.csi\.aws\.com/|CSIVolume"

TagKey = Annotated[
    str,
    Spelled(
        rf"(?!{_OF_OTHERS})[{_CHARACTERS}]{{1,128}}",
        "a tag key: up to 128 letters, digits, spaces and + - . _ : / @, and none of aws:, gpu-cluster/,"
        " kubernetes.io, karpenter., ebs.csi.aws.com/ or CSIVolume in front",
    ),
]
"""Of the user's own: AWS and the controllers of a cluster act on theirs, and the driver that makes disks
reads key=value."""

TagValue = Annotated[
    str,
    Spelled(
        rf"[{_CHARACTERS}=]{{0,256}}",
        "a tag value: up to 256 letters, digits, spaces and + - = . _ : / @",
    ),
]
