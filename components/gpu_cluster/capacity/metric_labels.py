"""Label names of Prometheus."""

import re


def label_name(key: str) -> str:
    """Name with an underscore for each character that Prometheus does not allow.

    label_name("nvidia.com/gpu")  # nvidia_com_gpu
    """
    return re.sub(r"[^a-zA-Z0-9_]", "_", key)
