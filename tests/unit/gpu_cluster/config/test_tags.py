import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.tags import TagKey, TagValue

KEY: TypeAdapter[str] = TypeAdapter(TagKey)
VALUE: TypeAdapter[str] = TypeAdapter(TagValue)


@pytest.mark.parametrize(
    "key", ["team", "Cost Centre", "example.com/owner", "a" * 128, "aws-account", "karpenter", "awsome:x"]
)
def test_custom_tag_key_is_accepted(key: str) -> None:
    assert KEY.validate_python(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a" * 129,
        "aws:owner",
        "AWS:owner",
        "gpu-cluster/stack",
        "kubernetes.io/cluster/x",
        "ebs.csi.aws.com/cluster-name",
        "CSIVolumeName",
        "team#1",
        "team=1",
    ],
)
def test_reserved_or_invalid_tag_key_is_rejected(key: str) -> None:
    with pytest.raises(ValidationError, match="a tag key"):
        KEY.validate_python(key)


@pytest.mark.parametrize("value", ["", "a" * 256, "4711", "platform@example.com", "a b = c"])
def test_valid_tag_value_is_accepted(value: str) -> None:
    assert VALUE.validate_python(value) == value


@pytest.mark.parametrize("value", ["a" * 257, "50%", "line\nbreak"])
def test_invalid_tag_value_is_rejected(value: str) -> None:
    with pytest.raises(ValidationError, match="a tag value"):
        VALUE.validate_python(value)
