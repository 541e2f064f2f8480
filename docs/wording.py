"""Refuse docstrings, help texts and rule titles without a subject: `python -m docs.wording`."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FOLDERS = ("components", "policies", "tools", "docs", "dashboards", "bench", "tests")

OPENING = re.compile(r"(What|Whatever|Whoever|Whose|Those|Such|Nobody)\b")
WORD = re.compile(
    r"\b(nobody|whoever|house|(?-i:wish(es)?)|shelf|front door|coming up|goes away|going away|stand-?ins?)\b",
    re.IGNORECASE,
)

RULES = ("rule", "stack_rule", "operation_rule")


def problems(source: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each text in the source of a module.

    list(problems("'What a rule finds.'"))  # [(1, "opens with What: name the subject first")]
    """
    for line, text in sorted(texts(source)):
        if match := OPENING.match(text):
            yield line, f"opens with {match.group()}: name the subject first"
        for match in WORD.finditer(text):
            yield line, f"has {match.group()}: use the term of the field"


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Docstrings, strings below attributes, `help` of options, and titles of rules, each with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text.strip()
            case ast.keyword(arg="help", value=ast.Constant(value=str(text))):
                yield node.lineno, text
            case ast.Call(func=ast.Name(id=name), args=[_, _, ast.Constant(value=str(title)), *_]) if (
                name in RULES
            ):
                yield node.lineno, title
            case _:
                pass


def main() -> int:
    found = [
        f"{file.relative_to(PROJECT)}:{line}: {reason}"
        for folder in FOLDERS
        for file in sorted((PROJECT / folder).rglob("*.py"))
        for line, reason in problems(file.read_text())
    ]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
