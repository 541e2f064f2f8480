"""A switch that is a section of its own."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def _as_written(value: Any) -> Any:
    """Pulumi puts quotes around every value directly below `config:` whenever it writes the file."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Flag = Annotated[
    bool,
    BeforeValidator(_as_written),
    WithJsonSchema({"type": ["boolean", "string"], "pattern": "^(true|false)$"}),
]
"""true or false, also in the quotes that `pulumi stack init` and `pulumi config set` put around it."""
