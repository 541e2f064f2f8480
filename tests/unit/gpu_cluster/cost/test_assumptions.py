import pytest

from gpu_cluster.cost import ASSUMPTIONS, UsageError, usage_of
from gpu_cluster.cost.pricing import priced
from tests.today import TODAY
from tests.unit.gpu_cluster.cost.items import REGION, aws


def test_missing_usage_amounts_have_default_assumptions() -> None:
    usage = usage_of({"nat-gb": "500"})

    assert usage["nat-gb"] == 500
    assert usage["log-gb"] == ASSUMPTIONS["log-gb"].amount


def test_all_invalid_assumptions_are_reported_at_once() -> None:
    with pytest.raises(UsageError) as error:
        usage_of({"nat-gbs": "5", "log-gb": "much", "bucket-gb": "-1", "zone-gb": "nan"})

    assert str(error.value).splitlines() == [
        "unknown assumption 'nat-gbs', did you mean 'nat-gb'?",
        "expected log-gb to be a number of GB, got 'much'",
        "expected bucket-gb to be a number of GB, got '-1'",
        "expected zone-gb to be a number of GB, got 'nan'",
    ]


def test_given_usage_amount_changes_the_dependent_cost() -> None:
    gateway = [aws("ec2/natGateway:NatGateway")]
    _, traffic = priced(gateway, REGION, day=TODAY, usage=usage_of({"nat-gb": "1000"})).lines

    assert traffic.assumption == "nat-gb"
    assert float(traffic.monthly.most) == 45.0  # 1000 x 0.045
