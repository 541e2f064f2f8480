"""Policy documents as the account answers them."""

import json
from typing import Any
from urllib.parse import unquote


def text_of(document: Any) -> str:
    """A document of IAM as JSON text, however the account answers it: parsed, plain or quoted for a URL."""
    if not isinstance(document, str):
        return json.dumps(document)
    return document if document.lstrip().startswith("{") else unquote(document)
