import pytest

from gpu_cluster.capacity import Pool, free_capacity, pools_of, quota_by_resource, share_of
from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS

GIB = 1024**3


@pytest.fixture
def pools() -> dict[str, Pool]:
    return pools_of(load(STACKS / "teams/Pulumi.cloud.yaml"))


def team(**settings: object) -> TeamSettings:
    return TeamSettings.model_validate(settings)


def test_team_share_counts_gpus_by_resource(pools: dict[str, Pool]) -> None:
    share = share_of(team(gpus={"l4": 2, "a100": {"1g.5gb": 6}}), pools)

    assert share.gpus == {"l4": {"nvidia.com/gpu": 2}, "a100": {"nvidia.com/mig-1g.5gb": 6}}


def test_team_share_of_cpu_and_memory_follows_its_gpus(pools: dict[str, Pool]) -> None:
    node = free_capacity(pools["l4"])

    share = share_of(team(gpus={"l4": 2}), pools)

    assert 2 * node.cpu_millis + 8_000 <= share.cpu_millis < 2 * node.cpu_millis + 9_000
    assert 0 <= share.memory_bytes - 2 * node.memory_bytes - 32 * GIB < 1024**2


def test_configured_cpu_and_memory_override_the_team_share(pools: dict[str, Pool]) -> None:
    share = share_of(team(gpus={"l4": 2}, cpu="1500m", memory="10Gi"), pools)

    assert (share.cpu_millis, share.memory_bytes) == (1500, 10 * GIB)


def test_resource_that_the_pool_lacks_raises_value_error(pools: dict[str, Pool]) -> None:
    with pytest.raises(ValueError, match=r"pool a100 offers no nvidia\.com/mig-7g\.40gb"):
        quota_by_resource({"7g.40gb": 1}, pools["a100"])
