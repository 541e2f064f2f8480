"""Tags as AWS accepts them."""

import re
from typing import Annotated

from gpu_cluster.config.pattern import Pattern

_CHARACTERS = r"A-Za-z0-9 +\-._:/@"

_OF_OTHERS = r"[Aa][Ww][Ss]:|gpu-cluster/|kubernetes\.io|karpenter\.|ebs\.csi\.aws\.com/|CSIVolume"

_KEY_ID = r".*(?:AKIA|ASIA)[A-Z0-9]{16}"
_MIXED_40 = r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$"
_NO_ACCESS_KEY = rf"(?!{_KEY_ID})(?!{_MIXED_40})"
"""No access key of AWS: no id (IAM user guide, IAM identifiers, 2026-11-29) and no 40 letters and
digits mixed as in a secret. Everyone who may list a resource reads its tags."""

TagKey = Annotated[
    str,
    Pattern(
        rf"(?!{_OF_OTHERS}){_NO_ACCESS_KEY}[{_CHARACTERS}]{{1,128}}",
        "a tag key: up to 128 letters, digits, spaces and + - . _ : / @, and none of aws:, gpu-cluster/,"
        " kubernetes.io, karpenter., ebs.csi.aws.com/ or CSIVolume in front; no AWS access key",
    ),
]
"""Of the user's own: AWS and the controllers of a cluster act on theirs, and the driver that makes disks
reads key=value."""

TagValue = Annotated[
    str,
    Pattern(
        rf"{_NO_ACCESS_KEY}[{_CHARACTERS}=]{{0,256}}",
        "a tag value: up to 256 letters, digits, spaces and + - = . _ : / @, and no AWS access key",
    ),
]


def is_access_key(text: str) -> bool:
    """True if messages have to leave it out."""
    return bool(re.match(_KEY_ID, text) or re.match(_MIXED_40, text))
