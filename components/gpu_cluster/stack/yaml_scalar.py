"""Text as a value of a YAML file."""

import json
import re

_PLAIN = re.compile(r"[A-Za-z~/][-\w./@:~]*[-\w./]|[A-Za-z]")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off"}


def scalar(given: str) -> str:
    """Quoted, if YAML would read the plain text as another type or value."""
    plain = _PLAIN.fullmatch(given) and given.lower() not in _WORDS and ": " not in given
    return given if plain else json.dumps(given)
