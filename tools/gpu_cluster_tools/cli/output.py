"""Where a command writes what it has to say."""

from pathlib import Path
from typing import Annotated

import typer

from gpu_cluster_tools.cli.width import say

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to a file, and only sum up here.")
]


def tell(text: str, output: Path | None, summary: str = "", *, wrap: bool = False) -> None:
    """To a file with a line of summary here, or all of it here. `BadParameter` where it cannot be written.

    `wrap`: lines fit the terminal; Markdown and data stay as they are.
    """
    if not output:
        if wrap:
            say(text, nl=False)
        else:
            typer.echo(text, nl=False)
        return
    try:
        output.write_text(text)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise typer.BadParameter(message) from None
    say(summary or f"written to {output}")
