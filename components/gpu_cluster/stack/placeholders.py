"""Placeholders that a stack file must not have: CHANGEME, TODO, <your-account>."""

import re

_PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9])(CHANGEME|CHANGE_ME|FIXME|TODO)(?![A-Za-z0-9])|<[^<>]*>")

_JINJA = ("{{", "{%")
"""Chat templates have tokens such as <|im_start|>."""


def has_placeholder(text: str) -> bool:
    return bool(_PLACEHOLDER.search(text)) and not any(sign in text for sign in _JINJA)
