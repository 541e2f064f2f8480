"""AWS accounts of a stack, and the account of an ARN."""

from __future__ import annotations

import re

from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies.resources.inventory import Inventory

_PROVIDER = "pulumi:providers:aws"
_ACCOUNT = re.compile(r"\d{12}")


def own_accounts(inventory: Inventory) -> frozenset[str]:
    """Accounts that the AWS providers of the stack are limited to; empty if none is limited."""
    limits = (provider.at("allowedAccountIds") for provider in inventory.every((_PROVIDER,)))
    known = (limit.parsed() for limit in limits if limit.content is not UNKNOWN)
    return frozenset(
        account.text for limit in known for account in limit.items() if account.content is not UNKNOWN
    )


def account_in(text: str) -> str:
    """Account ID in an ARN, or the account ID itself; empty if there is none."""
    if _ACCOUNT.fullmatch(text):
        return text
    fields = text.split(":", 5)
    return fields[4] if len(fields) == 6 and _ACCOUNT.fullmatch(fields[4]) else ""
