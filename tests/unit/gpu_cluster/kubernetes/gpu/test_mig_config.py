import json
from typing import Any

import pytest

from gpu_cluster.capacity import mig_layout_name
from gpu_cluster.catalog import GPUS, mig_layouts
from gpu_cluster.kubernetes.gpu import mig_config


def layouts(gpu: str) -> dict[str, Any]:
    return json.loads(mig_config(GPUS[gpu]))["mig-configs"]


def test_mig_layout_applies_to_all_gpus_of_a_node() -> None:
    assert layouts("H100")["1g.10gb-3_3g.40gb-1"] == [
        {"devices": "all", "mig-enabled": True, "mig-devices": {"1g.10gb": 3, "3g.40gb": 1}}
    ]


@pytest.mark.parametrize("gpu", [gpu for gpu in GPUS.values() if gpu.profiles], ids=lambda gpu: gpu.name)
def test_mig_config_contains_every_valid_layout(gpu: Any) -> None:
    """A changed layout leaves the ConfigMap as it is: new nodes find theirs while old ones keep their own."""
    assert set(layouts(gpu.name)) == {mig_layout_name(layout) for layout in mig_layouts(gpu)}
