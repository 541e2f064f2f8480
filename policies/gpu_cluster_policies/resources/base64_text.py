"""Text in base64."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress


def decoded(content: str) -> str:
    """The text that base64 encodes; other text as it is."""
    with suppress(binascii.Error, ValueError):
        return base64.b64decode(content).decode(errors="replace")
    return content
