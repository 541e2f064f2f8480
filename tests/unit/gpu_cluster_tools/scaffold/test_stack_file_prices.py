"""Production stacks that `gpu-cluster init` writes have prices in the most used regions."""

import pytest

from gpu_cluster.cost import priced
from gpu_cluster.cost.billable_item import items_of
from gpu_cluster_tools.scaffold.init_options import InitOptions
from gpu_cluster_tools.scaffold.stack_file import example
from tests.today import TODAY
from tests.unit.gpu_cluster.catalog.test_service_prices import NAMED
from tests.unit.platforms import platform_of


@pytest.mark.parametrize("region", NAMED)
def test_only_image_scans_have_no_price(region: str) -> None:
    stack = example(
        InitOptions(
            name="prod",
            provider="eks",
            region=region,
            production=True,
            account="123456789012",
            deployer="arn:aws:iam::123456789012:role/deploy",
            gpu="T4",
            budget=20_000,
            notify="ops@example.com",
        )
    )
    bill = priced(items_of(platform_of(stack)[0]), region, day=TODAY)

    assert {it.cause for it in bill.missing} == {
        f"no price for Inspector image rescans in {region}",
        f"no price for Inspector image scans in {region}",
    }
    assert len({line.what for line in bill.lines}) > 15
