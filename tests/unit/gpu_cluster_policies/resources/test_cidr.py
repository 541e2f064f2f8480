import pytest

from gpu_cluster_policies.resources.cidr import is_the_world
from gpu_cluster_policies.resources.property import Property, UnreadableError


def _range(text: str) -> Property:
    return Property("aws:ec2/securityGroup:SecurityGroup api", "cidr", text)


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "64.0.0.0/2"])
def test_large_part_of_the_internet_counts_as_the_world(cidr: str) -> None:
    assert is_the_world(_range(cidr))


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "203.0.113.7/32", "203.0.113.7", "2001:db8::/32", "fd00::/8"])
def test_limited_network_does_not_count_as_the_world(cidr: str) -> None:
    assert not is_the_world(_range(cidr))


@pytest.mark.parametrize("cidr", ["", "office", "10.0.0.0/33", "10.0.0.300"])
def test_invalid_range_raises_unreadable_error(cidr: str) -> None:
    with pytest.raises(UnreadableError):
        is_the_world(_range(cidr))
