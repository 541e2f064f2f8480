"""The table of emulated types for docs/aws-emulation.md."""

from rehearsal.aws.kind import Kind
from rehearsal.aws.services import kinds

_START = "<!-- written by `make docs` from here on -->\n"


def with_table(page: str) -> str:
    """The page with the table as the code has it now."""
    prose, _, _ = page.partition(_START)
    rows = [_row(kind) for _, kind in sorted(kinds().items())]
    head = ["| type | created by | changes in place | forces replacement |", "|---|---|---|---|"]
    return prose + _START + "\n" + "\n".join([*head, *rows]) + "\n"


def _row(kind: Kind) -> str:
    emulated = [name for name in kind.properties.inputs if kind.is_emulated(name)]
    kept = [name for name in emulated if kind.updatable(name)]
    replacing = [name for name in emulated if not kind.updatable(name)]
    created = f"{kind.service}:{kind.create}"
    return f"| `{kind.type}` | `{created}` | {_words(kept)} | {_words(replacing)} |"


def _words(names: list[str]) -> str:
    return ", ".join(names) or "none"
