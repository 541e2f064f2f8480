"""Service quotas: maximum requirement of the stack against the quotas of the account."""

from collections.abc import Iterator, Mapping
from typing import Any

from gpu_cluster.config.stack import Stack
from gpu_cluster_tools.doctor.aws import Aws, AwsCallError
from gpu_cluster_tools.doctor.check import Check, Group
from gpu_cluster_tools.doctor.quota_requirements import QuotaRequirement, quota_requirements, unknown_quotas

_QUOTAS = Group("quotas")

_COUNTED = {
    "L-F678F1CE": ("describe_vpcs", "Vpcs"),
    "L-0263D0A3": ("describe_addresses", "Addresses"),
    "L-A4707A72": ("describe_internet_gateways", "InternetGateways"),
}
"""Resources with a low default quota, and the command that lists their present use in the account."""


def quotas(stack: Stack, name: str, aws: Aws | None) -> Iterator[Check]:
    """Compare with the quotas of the account, or without credentials with the default quotas.

    `UnreachableError` if the account does not answer.
    """
    for need in quota_requirements(stack):
        yield _against_defaults(need) if aws is None else _against_account(need, name, aws)
    for pool in unknown_quotas(stack):
        machine = stack.pools[pool].instance
        yield _QUOTAS.skip(
            pool, f"no published quota for {machine} in this market; ask AWS before the first update"
        )


def _against_defaults(need: QuotaRequirement) -> Check:
    asks = f"requires {_amount(need)}; the default of an account is {need.quota.default}"
    if need.amount > need.quota.default:
        return _QUOTAS.warn(need.quota.name, asks, _ask(need, need.peak))
    return _QUOTAS.ok(need.quota.name, asks)


def _against_account(need: QuotaRequirement, name: str, aws: Aws) -> Check:
    quota = need.quota
    try:
        answer = aws.call(
            "service-quotas", "get_service_quota", ServiceCode=quota.service, QuotaCode=quota.code
        )
        value = int(answer["Quota"]["Value"])
        others = _of_others(quota.code, name, aws)
    except AwsCallError as error:
        return _QUOTAS.skip(quota.name, f"requires {_amount(need)}; {error}")
    has = f"requires {_amount(need)}; the account has {value}" + (
        f", of which {others} are in use" if others else ""
    )
    if need.amount + others > value:
        return _QUOTAS.fail(quota.name, has, _ask(need, need.peak + others))
    if need.peak + others > value:
        return _QUOTAS.warn(quota.name, f"{has}: not enough to replace nodes", _ask(need, need.peak + others))
    return _QUOTAS.ok(quota.name, has)


def _amount(need: QuotaRequirement) -> str:
    unit = f" {need.quota.unit}" if need.quota.unit else ""
    peak = f", {need.peak} while nodes are replaced" if need.peak > need.amount else ""
    because = f" ({need.because})" if need.because else ""
    return f"{need.amount}{unit}{peak}{because}"


def _ask(need: QuotaRequirement, value: int) -> str:
    quota = need.quota
    return (
        "aws service-quotas request-service-quota-increase"
        f" --service-code {quota.service} --quota-code {quota.code} --desired-value {value}"
    )


def _of_others(code: str, name: str, aws: Aws) -> int:
    """Number of existing resources without the tag of this stack."""
    if code not in _COUNTED:
        return 0
    operation, key = _COUNTED[code]
    return sum(not _is_of(name, it) for it in aws.call("ec2", operation)[key])


def _is_of(name: str, resource: Mapping[str, Any]) -> bool:
    from gpu_cluster.aws.tags import STACK_TAG  # beside what makes resources, which takes seconds to read

    return {"Key": STACK_TAG, "Value": name} in resource.get("Tags", [])
