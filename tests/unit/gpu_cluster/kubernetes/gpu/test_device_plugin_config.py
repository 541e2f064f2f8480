import json
from typing import Any

import pytest

from gpu_cluster.capacity import Handover
from gpu_cluster.config.pools import Sharing
from gpu_cluster.kubernetes.gpu import plugin_config


def config(**sharing: Any) -> dict[str, Any]:
    return json.loads(plugin_config(Sharing.model_validate(sharing) if sharing else None))


def test_plugin_config_without_sharing_offers_whole_gpus() -> None:
    assert config() == {"version": "v1", "flags": {"failOnInitError": True, "migStrategy": "none"}}


def test_plugin_config_with_cdi_sets_the_device_list_strategy() -> None:
    flags = json.loads(plugin_config(None, Handover.CDI))["flags"]
    assert flags["plugin"] == {"deviceListStrategy": ["cdi-cri"]}


@pytest.mark.parametrize("way", ["timeSlicing", "mps"])
def test_shared_gpus_keep_the_resource_name_and_allow_one_per_container(way: str) -> None:
    assert config(**{way: 4})["sharing"] == {
        way: {
            "renameByDefault": False,
            "failRequestsGreaterThanOne": True,
            "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
        }
    }


def test_mig_strategy_is_mixed_for_mig_pools() -> None:
    offered = config(mig={"1g.10gb": 7})
    assert offered["flags"]["migStrategy"] == "mixed"
    assert "sharing" not in offered
