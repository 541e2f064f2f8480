"""Configuration of the MIG manager: GPU divisions by the name of a layout."""

import json
from typing import Any

from gpu_cluster.capacity import mig_layout_name
from gpu_cluster.catalog import Gpu, mig_layouts


def mig_config(gpu: Gpu) -> str:
    """All valid layouts, as JSON (a subset of YAML) for nvidia-mig-parted.

    All layouts are included, because nodes with the old and the new layout run at the same time during an
    update.
    """
    configs: dict[str, list[dict[str, Any]]] = {
        mig_layout_name(layout): [{"devices": "all", "mig-enabled": True, "mig-devices": layout}]
        for layout in mig_layouts(gpu)
    }
    return json.dumps({"version": "v1", "mig-configs": configs})
