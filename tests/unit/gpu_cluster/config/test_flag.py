import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.flag import Flag


@pytest.mark.parametrize(
    ("written", "meant"), [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_flag_accepts_booleans_and_their_pulumi_strings(written: object, meant: bool) -> None:
    assert TypeAdapter(Flag).validate_python(written) is meant


@pytest.mark.parametrize("written", ["no", "0", 0, None, []])
def test_flag_rejects_other_values(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(written, strict=True)
