"""Generated values for the secrets of a stack file, which a rehearsal cannot decrypt."""

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine
from gpu_cluster_tools.rehearsal.stack_copy import Keys, config_path


def set_fake_secrets(engine: PulumiEngine, left_out: Iterable[Keys]) -> dict[str, str]:
    """Set a value for each secret of the stack file; returns the values by key path."""
    values = {config_path(keys): f"rehearsed-{secrets.token_hex(16)}" for keys in left_out}
    if values:
        pairs = (word for key, value in values.items() for word in ("--secret", f"{key}={value}"))
        engine.output("config", "set-all", "--stack", engine.stack, "--path", *pairs)
    return values


def plaintext_secrets(values: Mapping[str, str], folder: Path) -> list[str]:
    """Secrets that the state of a sandbox has in plain text, in words."""
    files = [file for file in (folder / ".local" / "state").rglob("*") if file.is_file()]
    texts = [file.read_text(errors="replace") for file in files]
    return [
        f"the value of {key} is in the state in plaintext"
        for key, value in values.items()
        if any(value in text for text in texts)
    ]
