"""The reference of commands, from the command line itself."""

import re
from collections.abc import Iterator
from typing import Any

from typer import Context

from gpu_cluster_tools.cli.app import COMMANDS, app
from gpu_cluster_tools.cli.lazy_group import command

_HEAD = """\
# Commands

This page is the output of `gpu-cluster --help`, generated from the code by `python -m docs`.

{exit_codes} Commands with other exit codes list them.
Data goes to stdout and progress to stderr; colours are off in a pipe and with `NO_COLOR`.
Every command that prints results has `--json`. [JSON output](../json.md) describes documents,
progress and shell completion.
"""


def text() -> str:
    """The whole page."""
    index = "\n".join(f"- [`{name}`](#{name}): {summary}" for name, summary in COMMANDS.items())
    parts = [_HEAD.format(exit_codes=app.info.epilog), index, *map(_section, COMMANDS)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _section(name: str) -> str:
    found = command(name)
    context = Context(found, info_name=f"gpu-cluster {name}")
    usage = " ".join(found.collect_usage_pieces(context))
    rows = list(_rows(found, context))
    table = "\n".join(["| | |", "|---|---|", *rows]) if rows else ""
    return "\n\n".join(
        filter(None, [f"## {name}", f"`gpu-cluster {name} {usage}`", _prose(found.help), table])
    )


def _rows(found: Any, context: Context) -> Iterator[str]:
    for parameter in found.params:
        record = parameter.get_help_record(context)
        if record:
            term, meaning = record
            yield f"| `{_cell(term)}` | {_cell(meaning)} |"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def _prose(words: str) -> str:
    """Paragraphs as they are, without the breaks of the source."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", words.strip()))
