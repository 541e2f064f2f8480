"""`gpu-cluster gate`: decide whether a previewed update may proceed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gpu_cluster_policies.preview import Preview
    from gpu_cluster_tools.existing_objects import Findings

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
    if first and stack is None:
        raise typer.BadParameter("expected --stack with --first", param_hint="--first")
    from gpu_cluster_policies.preview import Preview, read_preview, read_state
    from gpu_cluster_tools.review.gate import gate_of

    errors: list[str] = []
    planned = _read(preview, read_preview, errors) if preview is not None else None
    stored = _read(str(state), read_state, errors) if state else None
    _end_if_any(errors)
    if stack is not None:
        planned = _parsed(f"preview of {stack}", _of_stack(stack, first=first), read_preview, errors)
        _end_if_any(errors)
    steps = planned or Preview(())
    existing = _existing(steps, stack) if stack is not None else None
    found = gate_of(steps, stored, existing)
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else found.as_text())
    if not found.open:
        raise typer.Exit(1)


def _of_stack(stack: str, *, first: bool) -> str:
    from gpu_cluster_tools.cli.stack_preview import preview_of  # loads the engine

    return preview_of(stack, first=first)


def _existing(planned: "Preview", stack: str) -> "Findings":
    from gpu_cluster_tools.cli.takeover import takeover_by  # loads the client of the API server

    return takeover_by(planned, stack)


def _read(file: str, read: Callable[[str], "Preview"], errors: list[str]) -> "Preview | None":
    """The document in a file; None with an error."""
    source = "standard input" if file == "-" else file
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
    except OSError as error:
        errors.append(f"{source}: {error.strerror}")
    except UnicodeDecodeError:
        errors.append(f"{source}: it is not text")
    else:
        return _parsed(source, text, read, errors)
    return None


def _parsed(source: str, text: str, read: Callable[[str], "Preview"], errors: list[str]) -> "Preview | None":
    from gpu_cluster_policies.preview import PreviewError

    try:
        return read(text)
    except PreviewError as error:
        errors.append(f"{source}: {error}")
    return None


def _end_if_any(errors: list[str]) -> None:
    for error in errors:
        typer.echo(f"error: {error}", err=True)
    if errors:
        raise typer.Exit(2)
