"""Prompts of a command."""

import typer


class Prompts:
    """Prompt for a value; use the default without a terminal."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent

    def __call__(self, question: str, default: str) -> str:
        if self._silent:
            return default
        return str(typer.prompt(question, default=default, err=True)).strip()
