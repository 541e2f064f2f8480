from collections.abc import Collection
from typing import Any

import pytest

from gpu_cluster_policies import UNKNOWN, Resource
from gpu_cluster_policies.customer_key import not_own_key
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.property import NotKnownError

KEY = Resource("aws:kms/key:Key", {}, "data", urn="urn:key")
SNAPSHOT = Resource("aws:ebs/snapshot:Snapshot", {}, "old", urn="urn:snapshot")


def _wrong(key: Any, made_of: Collection[str] | None = ()) -> list[str]:
    origins = None if made_of is None else {"kmsKeyId": made_of}
    volume = Resource("aws:ebs/volume:Volume", {"kmsKeyId": key}, "scratch", made_of=origins)
    inventory = Inventory([volume, KEY, SNAPSHOT])
    return [violation.field.path for violation in not_own_key(volume, volume.at("kmsKeyId"), inventory)]


@pytest.mark.parametrize(
    "key",
    [
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "alias/data",
        "arn:aws:kms:eu-central-1:111122223333:alias/aws-data",
    ],
)
def test_named_kms_key_is_customer_managed(key: str) -> None:
    assert _wrong(key) == []


@pytest.mark.parametrize(
    "key", [None, "", "alias/aws/ebs", "arn:aws-cn:kms:cn-north-1:111122223333:alias/aws/ebs"]
)
def test_missing_or_aws_managed_key_is_a_violation(key: str | None) -> None:
    assert _wrong(key) == ["kmsKeyId"]


def test_key_of_the_same_program_is_customer_managed() -> None:
    assert _wrong(UNKNOWN, ["urn:key"]) == []


@pytest.mark.parametrize("made_of", [None, (), ["urn:snapshot"], ["urn:key", "urn:snapshot"], ["urn:gone"]])
def test_unknown_key_of_another_origin_raises_not_known_error(made_of: Collection[str] | None) -> None:
    with pytest.raises(NotKnownError):
        _wrong(UNKNOWN, made_of)
