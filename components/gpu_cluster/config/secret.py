"""Values that only the engine ever sees in the clear."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Secret(BaseModel):
    """An encrypted value, as `pulumi config set --secret` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secure: Annotated[str, Field(min_length=1)]
    """The ciphertext."""
