"""Output of a command: stdout or a file."""

from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster_tools.cli.terminal.width import say

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file and print only a summary.")
]


def tell(text: str, output: Path | None, summary: str = "", *, wrap: bool = False) -> None:
    """Write text to a file and print a summary, or print all of it.

    `BadParameter` if the file cannot be written. `wrap`: fit lines to the terminal; not for Markdown and
    data.
    """
    if not output:
        if wrap:
            say(text, nl=False)
        else:
            typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, errors="replace")  # names of files may be no text
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise typer.BadParameter(message) from None
    say(summary or f"written to {output}")
