"""Configuration files of the telemetry as YAML, by the C library: a plan writes thousands of lines."""

from collections.abc import Mapping
from typing import Any

import yaml


def yaml_text(content: Mapping[str, Any]) -> str:
    """Keys in their order, no line folded: an expression stays on its line."""
    return yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, width=1000)


def yaml_content(text: str) -> dict[str, Any]:
    """The content of a file."""
    return yaml.load(text, Loader=yaml.CSafeLoader)
