"""Whatever somebody types into a stack file, it ends as a stack or as a list of problems with lines."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from components.config.stack import Stack
from components.stackfile import StackFileError, load

HAPPY = [path.read_text() for path in sorted((Path(__file__).parents[3] / "stacks/happy").glob("*.yaml"))]
TOKENS = st.sampled_from(
    [":", "- ", "{", "}", "[", "]", "\n", "\t", '"', "'", "&a ", "*a", "<<: ", "!", "!!int ", "#", "|\n", "? "]
    + ["null", "true", "no", "-1", "0", "1e99", ".inf", "0x_", "2026-13-45", "CHANGEME", "secure: x", "\\ud800", "é"]
)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), TOKENS | st.text(max_size=3)), max_size=4
)


def changed(text: str, changes: list[tuple[float, int, str]]) -> str:
    """At each place (a part of the text) as many characters as given make room for others."""
    for place, length, insert in changes:
        start = int(place * len(text))
        text = text[:start] + insert + text[start + length :]
    return text


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(HAPPY), CHANGES)
def test_no_change_ends_in_a_traceback(text: str, changes: list[tuple[float, int, str]]) -> None:
    content = changed(text, changes).encode(errors="surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.any.yaml"
        path.write_bytes(content)
        try:
            assert isinstance(load(path), Stack)
        except StackFileError as error:
            lines = content.count(b"\n") + content.count(b"\r") + content.count(b"\x85") + 1
            assert error.problems
            for problem in error.problems:
                assert 1 <= problem.line <= lines
                assert problem.message
                assert "\n" not in str(problem)
