"""`gpu-cluster gate`: decide whether a previewed update may proceed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gpu_cluster_policies.preview import Preview

PreviewFile = Annotated[
    str | None, typer.Argument(help="Output of `pulumi preview --json`: a file, or - for stdin.")
]
Previewed = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="Preview this stack, instead of reading a file.")
]
First = Annotated[
    bool,
    typer.Option("--first", help="With --stack: preview the first deployment, against an empty state."),
]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Output of `pulumi stack export`, to scan for plaintext secrets."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def gate(
    preview: PreviewFile = None,
    *,
    stack: Previewed = None,
    first: First = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Fail if a preview deletes or replaces stateful resources.

    Exit codes: 0 the update may proceed, 1 the update is blocked, or the stack of --stack is not deployed,
    2 invalid preview or waiver.
    """
    if (preview is None) is (stack is None):
        raise typer.BadParameter("expected either a file, - or --stack", param_hint="preview")
    if first and not stack:
        raise typer.BadParameter("expected --stack with --first", param_hint="--first")
    from gpu_cluster_policies.preview import read_preview, read_state
    from gpu_cluster_tools.review.gate import gate_of

    if stack:
        planned = _parsed(f"preview of {stack}", _of_stack(stack, first=first), read_preview)
    else:
        planned = _read(str(preview), read_preview)
    stored = _read(str(state), read_state) if state else None
    found = gate_of(planned, stored)
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else found.as_text())
    if not found.open:
        raise typer.Exit(1)


def _of_stack(stack: str, *, first: bool) -> str:
    from gpu_cluster_tools.cli.stack_preview import preview_of  # loads the engine

    return preview_of(stack, first=first)


def _read(file: str, read: Callable[[str], "Preview"]) -> "Preview":
    return _parsed("standard input" if file == "-" else file, _text(file), read)


def _parsed(source: str, text: str, read: Callable[[str], "Preview"]) -> "Preview":
    from gpu_cluster_policies.preview import PreviewError

    try:
        return read(text)
    except PreviewError as error:
        typer.echo(f"error: {source}: {error}", err=True)
        raise typer.Exit(2) from None


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        typer.echo(f"error: {file}: {words}", err=True)
        raise typer.Exit(2) from None
