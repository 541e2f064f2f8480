"""Karpenter counts whole GPUs: for pods that share one it starts a node for each."""

from typing import Any

import pytest

from tests.pains.platforms import refusal


@pytest.mark.parametrize("sharing", [{"timeSlicing": 4}, {"mps": 4}])
def test_karpenter_with_shared_gpus_is_refused(sharing: dict[str, Any]) -> None:
    pool = {
        "instance": "g6.4xlarge",
        "nodes": {"min": 0, "max": 2},
        "provisioner": "karpenter",
        "sharing": sharing,
    }
    message = refusal("staging", {"pools.shared": pool})
    [way] = sharing
    assert "pools.shared.provisioner: Karpenter counts whole GPUs" in message
    assert f"expected node-group with {way}" in message
