"""Any edit of a stack file results in a stack or in diagnostics with lines."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_cluster.stack import LocatedDiagnostic, StackFileError, load
from tests.unit.gpu_cluster.stack.corpus import HAPPY

TEXTS = [path.read_text() for path in HAPPY]
MARKS = [*":{}[]\"'#\n\t", "- ", "&a ", "*a", "<<: ", "!", "!!int ", "|\n", "? ", "---\n"]
VALUES = ["null", "true", "no", "-1", "0", "1e99", ".inf", "0x_", "2026-13-45", "CHANGEME", "\\ud800", "é"]
INSERTS = st.sampled_from([*MARKS, *VALUES]) | st.text(max_size=3)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), INSERTS), min_size=1, max_size=4
)


@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in HAPPY])
def test_misspelt_key_ends_in_diagnostics_not_a_traceback(text: str) -> None:
    """A misspelt key causes two errors: an unknown key, and a missing one."""
    for key in set(re.findall(r"(?<=[\s{])\w+:", text)):
        wrong = re.sub(rf"(?<=[\s{{]){key}", f"null{key}", text)
        assert all(problem.message for problem in problems(wrong.encode()))


@given(st.sampled_from(TEXTS), CHANGES)
def test_random_edit_ends_in_a_stack_or_diagnostics_with_lines(
    text: str, changes: list[tuple[float, int, str]]
) -> None:
    content = changed(text, changes).encode(errors="surrogatepass")
    ends = sum(map(content.count, (b"\n", b"\r", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")))

    for problem in problems(content):
        assert 1 <= problem.line <= ends + 1
        assert problem.message
        assert "\n" not in str(problem)


def changed(text: str, changes: list[tuple[float, int, str]]) -> str:
    """Apply changes: position as a fraction of the text, characters to remove, text to insert."""
    for place, length, insert in changes:
        start = int(place * len(text))
        text = text[:start] + insert + text[start + length :]
    return text


def problems(content: bytes) -> tuple[LocatedDiagnostic, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.any.yaml"
        path.write_bytes(content)
        try:
            load(path)
        except StackFileError as error:
            assert error.problems  # noqa: PT017
            return error.problems
        return ()
