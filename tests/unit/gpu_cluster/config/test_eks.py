from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.config.eks import EksSettings

ADMIN = {"principal": "arn:aws:iam::123456789012:role/platform", "policy": "cluster-admin"}


def settings(**given: Any) -> EksSettings:
    least = {"provider": "eks", "account": "123456789012", "version": "1.35", "access": {"deploy": ADMIN}}
    return EksSettings.model_validate(least | given)


def test_cluster_endpoint_is_private_by_default() -> None:
    assert settings().endpoint == settings(endpoint="private").endpoint == settings(endpoint={}).endpoint
    assert settings().endpoint.public == []


def test_eks_settings_have_defaults() -> None:
    least = settings()
    assert (least.support, least.control_plane_tier, least.ip_family) == ("standard", "standard", "ipv4")
    assert least.zonal_shift
    assert least.bin_packing
    assert least.logs.retention_days == 90
    assert least.remote_networks is None


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:iam::123456789012:role/platform",
        "arn:aws:iam::123456789012:user/on-call@example.com",
        "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0a1b",
    ],
)
def test_access_entry_accepts_iam_roles_and_users(principal: str) -> None:
    settings(access={"deploy": {**ADMIN, "principal": principal}})


@pytest.mark.parametrize(
    "principal",
    [
        "platform",
        "arn:aws:sts::123456789012:assumed-role/platform/me",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::12345:role/platform",
        "arn:aws:iam::123456789012:group/platform",
    ],
)
def test_access_entry_rejects_sessions_accounts_and_groups(principal: str) -> None:
    with pytest.raises(ValidationError, match="expected the ARN of an IAM role or user"):
        settings(access={"deploy": {**ADMIN, "principal": principal}})


@pytest.mark.parametrize("cidr", ["10.0.0.0/24", "172.16.0.0/12", "192.168.0.0/16"])
def test_service_cidr_accepts_private_ranges(cidr: str) -> None:
    assert settings(serviceCidr=cidr).service_cidr == cidr


@pytest.mark.parametrize("cidr", ["100.64.0.0/16", "10.0.0.0/8", "10.0.0.0/25", "fd00::/108"])
def test_service_cidr_rejects_ranges_that_eks_rejects(cidr: str) -> None:
    with pytest.raises(ValidationError, match="expected a range"):
        settings(serviceCidr=cidr)
