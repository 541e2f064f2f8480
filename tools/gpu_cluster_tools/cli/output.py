"""Where a command writes what it has to say."""

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to a file, and only sum up here.")
]


def tell(text: str, output: Path | None, summary: str = "") -> None:
    """To a file with a line of summary here, or all of it here. `BadParameter` where it cannot be written."""
    if not output:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise typer.BadParameter(message) from None
    typer.echo(summary or f"written to {output}")
