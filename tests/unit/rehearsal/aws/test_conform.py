from typing import Any

import pytest

from rehearsal.aws import conform, sdk
from rehearsal.aws.wire import UNKNOWN

ENDPOINT = sdk.properties_of("aws:ec2/vpcEndpoint:VpcEndpoint").inputs


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        ({"vpcIdd": "v"}, "vpcIdd", "unknown property, did you mean 'vpcId'?"),
        ({"vpcId": 5}, "vpcId", "expected a string, got 5"),
        ({"autoAccept": 1}, "autoAccept", "expected a boolean, got 1"),
        ({"subnetIds": "s"}, "subnetIds", "expected a list, got 's'"),
        ({"subnetIds": ["s", 2]}, "subnetIds[1]", "expected a string, got 2"),
        ({"tags": {"a": 1}}, "tags.a", "expected a string, got 1"),
        ({"dnsOptions": {"wrong": ""}}, "dnsOptions.wrong", "unknown property"),
        ({"subnetConfigurations": [{"ipv4": 4}]}, "subnetConfigurations[0].ipv4", "expected a string, got 4"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, Any], path: str, words: str) -> None:
    assert list(conform.problems(given, ENDPOINT)) == [(path, words)]


def test_what_is_not_known_yet_fits_everywhere() -> None:
    given = {"vpcId": UNKNOWN, "subnetIds": UNKNOWN, "dnsOptions": {"dnsRecordIpType": UNKNOWN}}

    assert list(conform.problems(given, ENDPOINT)) == []
