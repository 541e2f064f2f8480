import json
from typing import Any

import pytest

from gpu_cluster.capacity import Handover
from gpu_cluster.config.pools import Sharing
from gpu_cluster.kubernetes.gpu import plugin_config


def config(**sharing: Any) -> dict[str, Any]:
    return json.loads(plugin_config(Sharing.model_validate(sharing) if sharing else None))


def test_whole_gpus_are_offered_as_they_are() -> None:
    assert config() == {"version": "v1", "flags": {"failOnInitError": True, "migStrategy": "none"}}


def test_gpus_are_handed_out_by_cdi_where_the_nodes_need_it() -> None:
    flags = json.loads(plugin_config(None, Handover.CDI))["flags"]
    assert flags["plugin"] == {"deviceListStrategy": ["cdi-cri"]}


@pytest.mark.parametrize("way", ["timeSlicing", "mps"])
def test_shares_keep_the_name_of_the_gpu_and_are_asked_for_one_by_one(way: str) -> None:
    assert config(**{way: 4})["sharing"] == {
        way: {
            "renameByDefault": False,
            "failRequestsGreaterThanOne": True,
            "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
        }
    }


def test_mig_instances_are_offered_by_profile() -> None:
    offered = config(mig={"1g.10gb": 7})
    assert offered["flags"]["migStrategy"] == "mixed"
    assert "sharing" not in offered
