import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.flag import Flag


@pytest.mark.parametrize(
    ("written", "meant"), [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_a_flag_is_read_as_pulumi_writes_it(written: object, meant: bool) -> None:
    assert TypeAdapter(Flag).validate_python(written) is meant


@pytest.mark.parametrize("written", ["no", "0", 0, None, []])
def test_nothing_else_is_a_flag(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(written, strict=True)
