"""Copies of a stack file under another name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SECRET = re.compile(r"\bsecure:")


@dataclass(frozen=True, slots=True)
class RenamedStackFile:
    """Text of a copied stack file.

    copy_of("kubeconfig: ~/.kube/site-1.yaml", {"site-1": "site-2"}).text  # "kubeconfig: ~/.kube/site-2.yaml"
    """

    text: str

    changed: tuple[tuple[int, str], ...]
    """Changed lines with their numbers."""

    unused: tuple[str, ...]
    """Words that the file does not contain."""

    @property
    def has_secrets(self) -> bool:
        return any(_SECRET.search(line) for line in self.text.splitlines())


def copy_of(text: str, words: Mapping[str, str]) -> RenamedStackFile:
    """Copy with words replaced, wherever no letter or digit adjoins them; all are replaced in one pass."""
    pattern = re.compile(
        rf"(?<![A-Za-z0-9])({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?![A-Za-z0-9])"
    )
    used: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        used.add(match[0])
        return words[match[0]]

    before = text.splitlines(keepends=True)
    after = [pattern.sub(replaced, line) for line in before]
    changed = [
        (number, line.strip())
        for number, (old, line) in enumerate(zip(before, after, strict=True), 1)
        if old != line
    ]
    return RenamedStackFile("".join(after), tuple(changed), tuple(word for word in words if word not in used))
