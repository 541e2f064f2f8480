import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from gpu_cluster.config.stack import Stack

PROJECT = Path(__file__).parents[3]
PAGES = {
    str(page.relative_to(PROJECT)): page.read_text()
    for page in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
}


def sections(page: str) -> list[tuple[str, Any]]:
    """Sections of a stack file that a page shows alone."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGES[page], re.DOTALL)
    shown = [YAML(typ="safe", pure=True).load(block) for block in blocks]  # pyright: ignore[reportUnknownMemberType]
    files = [block for block in shown if hasattr(block, "items")]  # other blocks are no stack files
    pairs = [(key.partition(":")[2], value) for file in files for key, value in file.items()]
    return [(section, value) for section, value in pairs if section]


def test_every_page_is_linked_from_the_readme() -> None:
    reached: set[str] = set()
    ahead = {"README.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^):#]+\.md)", PAGES[page])
        targets = {
            str((PROJECT / page).parent.joinpath(link).resolve().relative_to(PROJECT)) for link in links
        }
        ahead |= targets - reached
    assert reached == PAGES.keys()


def anchors(page: str) -> set[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    prose = re.sub(r"^( *)```.*?^\1```", "", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    titles = [re.sub(r"\]\([^)]*\)", "", it).lower() for it in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)]
    plain = [re.sub(r"[^\w\- ]", "", it).replace(" ", "-") for it in titles]
    return {f"{it}-{plain[:place].count(it)}".removesuffix("-0") for place, it in enumerate(plain)}


@pytest.mark.parametrize("page", PAGES)
def test_links_to_headings_are_valid(page: str) -> None:
    found = re.findall(r"\]\(([^):#]*)#([^)]+)\)", PAGES[page])
    here = [
        (str((PROJECT / page).parent.joinpath(it).resolve().relative_to(PROJECT)) if it else page, anchor)
        for it, anchor in found
    ]
    assert [(it, anchor) for it, anchor in here if it in PAGES and anchor not in anchors(it)] == []


@pytest.mark.parametrize("page", [page for page in PAGES if sections(page)])
def test_section_in_the_docs_is_valid(page: str) -> None:
    names = {(field.alias or name).rpartition(":")[2]: name for name, field in Stack.model_fields.items()}
    for section, value in sections(page):
        TypeAdapter(Stack.__annotations__[names[section]]).validate_python(value)
