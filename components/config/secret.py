"""Values that only the engine ever sees in the clear."""

from pydantic import BaseModel, ConfigDict


class Secret(BaseModel):
    """An encrypted value, as `pulumi config set --secret` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secure: str
