"""Inventory of an account, including resources that services created."""

import pytest

from gpu_cluster_tools.rehearsal.aws import inventory
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network


@pytest.fixture
def account(api: Api) -> Api:
    """An account whose resources of other tests are ignored."""
    inventory.watch_region("eu-central-1")
    inventory.ignore_existing(api)
    return api


def test_resources_are_listed_with_pulumi_type_and_id(account: Api, network: Network) -> None:
    key = account.call("kms", "CreateKey")["KeyMetadata"]["KeyId"]
    queue = account.call("sqs", "CreateQueue", QueueName="interruptions")["QueueUrl"]

    assert inventory.created_resources(account) == [
        ("aws:ec2/routeTable:RouteTable", network.routes),
        ("aws:ec2/subnet:Subnet", network.subnet),
        ("aws:ec2/vpc:Vpc", network.vpc),
        ("aws:kms/key:Key", key),
        ("aws:sqs/queue:Queue", queue),
    ]
    account.call("sqs", "DeleteQueue", QueueUrl=queue)


def test_resource_scheduled_for_deletion_is_not_listed(account: Api) -> None:
    key = account.call("kms", "CreateKey")["KeyMetadata"]["KeyId"]
    account.call("kms", "ScheduleKeyDeletion", KeyId=key)

    assert inventory.created_resources(account) == []


def test_existing_resources_are_no_leftovers(account: Api, network: Network) -> None:
    inventory.ignore_existing(account)

    assert inventory.leftovers(account) == []


def test_resource_created_by_a_service_is_a_leftover_only(account: Api, network: Network) -> None:
    inventory.ignore_existing(account)
    made = account.call("ec2", "CreateNetworkInterface", SubnetId=network.subnet)["NetworkInterface"]

    assert inventory.created_resources(account) == []
    left = ("aws:ec2/networkInterface:NetworkInterface", made["NetworkInterfaceId"])
    assert inventory.leftovers(account) == [left]
