"""Configuration of the MIG manager: GPU divisions by the name of a layout."""

import json
from typing import Any

from gpu_cluster.capacity import mig_layout_name
from gpu_cluster.catalog import Gpu, mig_layouts


def mig_config(gpu: Gpu) -> str:
    """Every layout that fits, as JSON for nvidia-mig-parted: a YAML file that needs no other spelling.

    Not the pool's alone: while nodes are replaced those of the old and the new layout run side by side, and
    neither waits for a configuration of its own.
    """
    configs: dict[str, list[dict[str, Any]]] = {
        mig_layout_name(layout): [{"devices": "all", "mig-enabled": True, "mig-devices": layout}]
        for layout in mig_layouts(gpu)
    }
    return json.dumps({"version": "v1", "mig-configs": configs})
