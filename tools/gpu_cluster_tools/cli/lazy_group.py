"""Command group that imports a command only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """Command group with a one-line summary of each command; imports only the one that is called."""

    listed: Mapping[str, str] = {}

    @classmethod
    def of(cls, listed: Mapping[str, str]) -> type["LazyGroup"]:
        """Group class for commands, given their summaries by name."""
        return type("Commands", (cls,), {"listed": listed})

    def __init__(self, **attributes: Any) -> None:
        attributes["commands"] = [TyperCommand(name, help=help) for name, help in self.listed.items()]
        super().__init__(**attributes)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, listed, rest = super().resolve_command(ctx, args)
        return name, command(name) if name and listed else None, rest


def command(name: str) -> Any:
    """Command by name: `cost` is the function `cost` of `cli.cost`."""
    alone = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    alone.command(name)(getattr(import_module(f"gpu_cluster_tools.cli.{name}"), name))
    return get_command(alone)
