import base64

import pytest

from gpu_cluster_policies.resources.base64_text import decoded


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (base64.b64encode(b"token: a\n").decode(), "token: a\n"),
        (base64.b64encode(b"\xff").decode(), "\N{REPLACEMENT CHARACTER}"),
        ("token", "token"),
        ("tökén", "tökén"),
    ],
)
def test_base64_is_decoded_and_other_text_is_unchanged(content: str, text: str) -> None:
    assert decoded(content) == text
