import json

import pytest

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies import Resource
from gpu_cluster_policies.resources.accounts import account_in, own_accounts
from gpu_cluster_policies.resources.inventory import Inventory

PROVIDER = "pulumi:providers:aws"


def _provider(accounts: object) -> Resource:
    return Resource(PROVIDER, {"region": "us-east-2", "allowedAccountIds": accounts}, "aws")


def test_own_accounts_are_the_allowed_accounts_of_all_providers() -> None:
    first, second = _provider(["123456789012"]), _provider(json.dumps(["444455556666"]))

    assert own_accounts(Inventory([first, second])) == {"123456789012", "444455556666"}


@pytest.mark.parametrize("accounts", [None, UNKNOWN, [UNKNOWN]])
def test_provider_without_allowed_accounts_has_no_own_account(accounts: object) -> None:
    assert own_accounts(Inventory([_provider(accounts)])) == frozenset()


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("123456789012", "123456789012"),
        ("arn:aws:iam::123456789012:role/ops", "123456789012"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", ""),
        ("arn:aws:s3:::models", ""),
        ("*", ""),
    ],
)
def test_account_in_reads_the_account_of_an_arn(text: str, account: str) -> None:
    assert account_in(text) == account
