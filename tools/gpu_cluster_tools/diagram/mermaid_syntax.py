"""Syntax of Mermaid: ids that are not reserved words, and labels as plain text."""

import re

from gpu_cluster.config.min_max import MinMax


def id_of(kind: str, name: str) -> str:
    """An id that is one word of Mermaid and not reserved: a pool may be called end, or a--b."""
    return f"{kind}_" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", name)


def text(*lines: str) -> str:
    """Lines of a label, in quotes, with what Mermaid would read as more than text taken out of it."""
    return '"' + "<br/>".join(_plain(line) for line in lines) + '"'


def _plain(line: str) -> str:
    return re.sub(r"[^\w\s./:,()-]", lambda found: f"#{ord(found[0])};", line)


def times(span: MinMax, what: str) -> str:
    """`1 node`, `2 nodes`, `0 to 4 nodes`."""
    count = str(span.max) if span.min == span.max else f"{span.min} to {span.max}"
    return f"{count} {what}" if count == "1" else f"{count} {what}s"
