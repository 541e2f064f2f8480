"""Encrypted values, decrypted only by the engine."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Secret(BaseModel):
    """Encrypted value, as `pulumi config set --secret` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secure: Annotated[str, Field(min_length=1)]
    """Ciphertext."""
