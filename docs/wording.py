"""Refuse vague words in docstrings, helps, rule titles, test names and pages: `python -m docs.wording`."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
NEW_PROJECT = PROJECT / "tools/gpu_cluster_tools/scaffold/project"
"""Files that `gpu-cluster new` writes."""

FOLDERS = ("components", "policies", "tools", "docs", "dashboards", "bench", "tests")

OPENING = re.compile(r"(Of|Returned|What|Whatever|Whoever|Whose|Those|Such|Nobody)\b")
CODE_PHRASES = (
    "nobody|somebody|everybody|anybody|whoever|one's own|there before|from nothing to nothing",
    "house|(?-i:wish(?:es)?)|shelf|front door|stand-?ins?|coming up|goes away|going away|had back",
    "at the (?:most|least)|bears|hears of|besides|for ever|in the clear",
)
"""Refused in docstrings, help texts, rule titles and names of tests."""

WORD = re.compile(r"\b(?:" + "|".join(CODE_PHRASES).replace(" ", r"\s+") + r")\b", re.IGNORECASE)

PAGE_PHRASES = (
    "nobody|somebody|everybody|anybody|whoever|whomever|one's own",
    "whereof|thereby|thereof|therein|wherein|besides|anew|for ever|such as it is|not without|in one go",
    "foresees?|foreseen|bears?|dearer|keeps? off|stands? on|(?-i:wish|wishes)|hears? of|in the clear",
    "(?<!-)house|shelf|front door|stand-?ins?|from nothing to nothing|in the words of",
    "at the (?:most|least)(?! (?:recent|common))|what is made|what was there|there before",
    "(?:be|is|are) had|had back|(?:is|are) (?:told|said|gone)|told apart|says otherwise|said nowhere",
    "(?:come|comes|coming|came|brought) up|(?:goes|going|went) away|tak(?:es?|en|ing) away",
)
"""Refused in the prose of pages, where the field has a plain term."""

PAGE_WORD = re.compile(r"\b(?:" + "|".join(PAGE_PHRASES).replace(" ", r"\s+") + r")\b", re.IGNORECASE)

BLOCK = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)
NOT_PROSE = re.compile(r"`[^`]*`|\]\([^)]*\)")
"""Inline code and targets of links."""

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
    """Docstrings, strings below attributes, `help` of options, rule titles and test names, with lines."""
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
            case ast.FunctionDef(name=name) if name.startswith("test_"):
                yield node.lineno, name.removeprefix("test_").replace("_", " ")
            case _:
                pass


def page_problems(page: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each refused word in the prose of a Markdown page.

    list(page_problems("all in one go"))  # [(1, "has in one go: use the term of the field")]
    """
    for match in PAGE_WORD.finditer(prose(page)):
        words = " ".join(match.group().split())
        yield page.count("\n", 0, match.start()) + 1, f"has {words}: use the term of the field"


def prose(page: str) -> str:
    """The page with spaces in place of code blocks, inline code and targets of links."""
    return NOT_PROSE.sub(_blank, BLOCK.sub(_blank, page))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"\S", " ", found.group())


def comment_problems(text: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each refused word in the comments of YAML and of a Makefile."""
    yield from page_problems("\n".join(line.partition("#")[2] for line in text.splitlines()))


def commented() -> list[Path]:
    """Workflows, Makefiles, and the files of a new project."""
    suffixes = {".yml", ".yaml", ".txt"}
    return [
        file
        for folder in (PROJECT / ".github", PROJECT / "Makefile", NEW_PROJECT)
        for file in ([folder] if folder.is_file() else sorted(folder.rglob("*")))
        if file.suffix in suffixes or file.name == "Makefile"
    ]


def pages() -> list[Path]:
    """READMEs, CONTRIBUTING and all pages of docs but the reference, whose text is that of docstrings."""
    own = (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", NEW_PROJECT / "README.md")
    every = [*own, *sorted((PROJECT / "docs").rglob("*.md"))]
    return [page for page in every if page.parent != PROJECT / "docs" / "reference"]


def main() -> int:
    modules = [file for folder in FOLDERS for file in sorted((PROJECT / folder).rglob("*.py"))]
    found = [
        f"{file.relative_to(PROJECT)}:{line}: {reason}"
        for files, check in (
            (modules, problems),
            (pages(), page_problems),
            (commented(), comment_problems),
        )
        for file in files
        for line, reason in check(file.read_text())
    ]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
