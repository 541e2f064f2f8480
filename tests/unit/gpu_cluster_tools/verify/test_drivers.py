"""Drivers from node labels: new enough, too old, unknown, or of simulated nodes."""

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster.catalog import VLLM_DRIVER
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify.drivers import drivers
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import nodes_of

LABEL = "nvidia.com/cuda.driver-version.major"


@pytest.mark.parametrize(
    ("major", "verdict", "says"),
    [
        (str(VLLM_DRIVER), CheckStatus.OK, f"branch {VLLM_DRIVER} on"),
        ("570", CheckStatus.FAIL, f"branch 570 on 2 nodes; vLLM requires {VLLM_DRIVER} or later"),
        (None, CheckStatus.SKIP, f"no node has the label {LABEL}"),
    ],
)
def test_driver_version_is_compared_with_the_requirement(
    major: str | None, verdict: CheckStatus, says: str
) -> None:
    settings = stack("local", {})
    found = nodes_of(settings)
    for node in found:
        node["metadata"]["labels"] |= {LABEL: major} if major else {}

    [check] = [it for it in drivers(settings, pools_of(settings), found) if it.name == "l4"]

    assert check.verdict is verdict
    assert says in check.found


def test_different_drivers_in_one_pool_are_a_warning() -> None:
    settings = stack("local", {})
    found = nodes_of(settings)
    for number, node in enumerate(found):
        node["metadata"]["labels"][LABEL] = str(VLLM_DRIVER + 5 * number)

    [check] = [it for it in drivers(settings, pools_of(settings), found) if it.name == "l4"]

    assert check.verdict is CheckStatus.WARN
    assert check.numbers["newest"] - check.numbers["oldest"] == 5


def test_simulated_nodes_have_no_driver() -> None:
    settings = stack("local", {})
    found = list(drivers(settings, pools_of(settings), nodes_of(settings, simulated=True)))
    assert {check.verdict for check in found} == {CheckStatus.SKIP}
    assert {check.name for check in found} == {name for name, pool in pools_of(settings).items() if pool.gpus}
