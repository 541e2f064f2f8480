"""Boolean section."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def _as_written(value: Any) -> Any:
    """Accept quoted booleans: Pulumi quotes every value directly below `config:` when it writes the file."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Flag = Annotated[
    bool,
    BeforeValidator(_as_written),
    WithJsonSchema({"type": ["boolean", "string"], "pattern": "^(true|false)$"}),
]
"""true or false, with or without the quotes that `pulumi config set` adds."""
