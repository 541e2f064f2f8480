import pytest

from gpu_cluster.stack.placeholders import has_placeholder


@pytest.mark.parametrize("text", ["CHANGEME", "arn:aws:iam::CHANGEME:role/x", "FIXME", "<account>"])
def test_placeholder_is_found(text: str) -> None:
    assert has_placeholder(text)


@pytest.mark.parametrize("text", ["TODOS", "mychangeme", "{{ '<|im_start|>' }}", "a < b"])
def test_other_text_is_no_placeholder(text: str) -> None:
    assert not has_placeholder(text)
