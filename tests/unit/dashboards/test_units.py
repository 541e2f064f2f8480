import json

import pytest

from dashboards.units import shown
from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "short", "0"),
        (12345, "short", "12.3 K"),
        (41.5, "percent", "41.5%"),
        (0.256, "percentunit", "25.6%"),
        (0.05, "s", "50 ms"),
        (12, "s", "12 s"),
        (3 * 2**29, "bytes", "1.5 GiB"),
        (2_500_000, "Bps", "2.5 MB/s"),
        (1.3232, "currencyUSD", "$1.32"),
        (72, "watt", "72 W"),
    ],
)
def test_values_have_their_units(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_unit_of_a_dashboard_is_known(name: str) -> None:
    for panel in json.loads(dashboard_file(name))["panels"]:
        assert shown(1, panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "short"))


def test_another_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="no unit furlongs"):
        shown(1, "furlongs")
