"""The device plugin's configuration of one pool."""

import json
from typing import Any

from gpu_cluster.capacity import GPU_RESOURCE, Handover
from gpu_cluster.config.pools import Sharing


def plugin_config(sharing: Sharing | None, handover: Handover = Handover.VARIABLE) -> str:
    """Configuration of the plugin: resources of each GPU, as JSON, which is YAML with no other spelling.

    Shared GPUs keep the resource's own name. A pod that asks for two is refused: both could be of one GPU.
    """
    config: dict[str, Any] = {
        "version": "v1",
        "flags": {"failOnInitError": True, "migStrategy": "mixed" if sharing and sharing.mig else "none"},
    }
    if handover is Handover.CDI:
        config["flags"]["plugin"] = {"deviceListStrategy": [handover.value]}
    if sharing and sharing.time_slicing:
        config["sharing"] = {"timeSlicing": _shares(sharing.time_slicing)}
    if sharing and sharing.mps:
        config["sharing"] = {"mps": _shares(sharing.mps)}
    return json.dumps(config, indent=2)


def _shares(replicas: int) -> dict[str, Any]:
    return {
        "renameByDefault": False,
        "failRequestsGreaterThanOne": True,
        "resources": [{"name": GPU_RESOURCE, "replicas": replicas}],
    }
