"""Runbooks as plain text, from the sections of docs/alerts.md: alerts carry them in an annotation."""

import json
import re
from collections.abc import Mapping

_SECTION = re.compile(r"^### (\w+)\n(.*?)(?=^#|\Z)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def text(page: str) -> str:
    """File of the package with the runbooks of the page."""
    return json.dumps(runbooks(page), indent=2, ensure_ascii=False) + "\n"


def runbooks(page: str) -> Mapping[str, str]:
    """Runbooks by alert, each in one line and without links."""
    return {name: " ".join(_LINK.sub(r"\1", section).split()) for name, section in _SECTION.findall(page)}
