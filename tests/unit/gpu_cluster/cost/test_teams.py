from fractions import Fraction

import pytest

from gpu_cluster.config.team_grants import TeamSettings
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.teams import shares_of
from tests.unit.gpu_cluster.capacity.stacks import pool_of


def team(**gpus: int | dict[str, int]) -> TeamSettings:
    return TeamSettings.model_validate({"gpus": gpus})


def test_team_share_is_its_quota_of_the_maximum_gpus() -> None:
    pool = pool_of(instance="g6e.12xlarge", nodes={"min": 2, "max": 4})  # 16 GPUs at most
    shares = shares_of({"vision": team(p=4), "speech": team(p=8)}, {"p": pool}, {"p": Range.of(800, 1600)})

    assert shares["vision"].pools == {"p": Fraction(1, 4)}
    assert shares["vision"].monthly == Range.of(200, 400)
    assert shares["speech"].monthly == Range.of(400, 800)


def test_mig_slices_count_by_their_memory_slices() -> None:
    pool = pool_of(instance="p4de.24xlarge", nodes=1, sharing={"mig": {"3g.40gb": 1, "1g.10gb": 4}})
    shares = shares_of({"vision": team(p={"3g.40gb": 8})}, {"p": pool}, {"p": Range.of(1000)})

    assert shares["vision"].pools == {"p": Fraction(1, 2)}  # 4 of the 8 memory slices of each GPU
    assert shares["vision"].monthly == Range.of(500)


@pytest.mark.parametrize("quota", [1, 7, 16])
def test_team_cost_is_proportional_to_the_quota(quota: int) -> None:
    pool = pool_of(instance="g6e.12xlarge", nodes=4)
    shares = shares_of({"vision": team(p=quota)}, {"p": pool}, {"p": Range.of(160)})

    assert shares["vision"].monthly == Range.of(10 * quota)


def test_team_without_gpus_has_no_share() -> None:
    assert shares_of({"docs": TeamSettings()}, {}, {})["docs"].monthly == Range.of(0)
