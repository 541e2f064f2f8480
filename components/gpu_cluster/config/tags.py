"""AWS tags."""

import re
from typing import Annotated

from gpu_cluster.config.pattern import Pattern

_CHARACTERS = r"A-Za-z0-9 +\-._:/@"

_OF_OTHERS = r"[Aa][Ww][Ss]:|gpu-cluster/|kubernetes\.io|karpenter\.|ebs\.csi\.aws\.com/|CSIVolume"

_KEY_ID = r".*(?:AKIA|ASIA)[A-Z0-9]{16}"
_MIXED_40 = r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$"
_NO_ACCESS_KEY = rf"(?!{_KEY_ID})(?!{_MIXED_40})"
"""Refuses AWS access keys: key IDs (IAM user guide, IAM identifiers, 2026-11-29) and 40 mixed letters and
digits like a secret key. Tags are readable for every principal that can list a resource."""

TagKey = Annotated[
    str,
    Pattern(
        rf"(?!{_OF_OTHERS}){_NO_ACCESS_KEY}[{_CHARACTERS}]{{1,128}}",
        "a tag key: up to 128 letters, digits, spaces and + - . _ : / @, without the prefixes aws:, "
        "gpu-cluster/, kubernetes.io, karpenter., ebs.csi.aws.com/ or CSIVolume, and no AWS access key",
    ),
]
"""User-defined tag key.

Keys that AWS and cluster controllers act on are reserved, and the EBS CSI driver parses key=value."""

TagValue = Annotated[
    str,
    Pattern(
        rf"{_NO_ACCESS_KEY}[{_CHARACTERS}=]{{0,256}}",
        "a tag value: up to 256 letters, digits, spaces and + - = . _ : / @, and no AWS access key",
    ),
]


def is_access_key(text: str) -> bool:
    """Whether text looks like an access key and must not appear in messages."""
    return bool(re.match(_KEY_ID, text) or re.match(_MIXED_40, text))
