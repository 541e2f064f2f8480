"""Detection of secrets by name and by pattern."""

import re

_NAMES = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY"
    r"|(API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_KEY(_ID)?)$"
)
"""Last words of names that hold a secret; HF_TOKEN_PATH and MAX_TOKENS do not."""

_VALUES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS access key
    r"|\bhf_[A-Za-z0-9]{30,}"  # Hugging Face
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"  # GitHub
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\bnvapi-[A-Za-z0-9_-]{20,}"  # NVIDIA
    r"|://[^/\s:@]+:[^/\s:@$]+@"  # user and password in a URL
    r"|\bBearer[ ]+[A-Za-z0-9._~+/-]{20,}"
    r"|--(?:password|passwd|token|secret)[= ][\"']?[^\s\"'$<{(|=/-][^\s\"'$]{5,}"
    r"|\b(?:docker|podman|crane|oras)[ ](?:auth[ ])?login\b[^\n]*[ ]-p[ =]?[\"']?[^\s\"'$<{(|-][^\s\"'$]{3,}"
)
"""Shapes that only secrets have."""

_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+|set\s+|-\s+)?[\"']?([A-Za-z][\w.-]*)[\"']?\s*[=:]\s*[\"']?([^\s\"'$<{(|>][^\s\"']{3,})"
)
"""A value that a line of a script or of YAML writes out, rather than taking it from elsewhere."""

_SETTING = re.compile(r"(?:true|false|none|null|str|string|bytes|path|\d+)[,;}]*", re.IGNORECASE)
"""Values and types that are no secrets, such as of `automountServiceAccountToken: false` or `token: str`."""


def is_name_of_secret(name: str) -> bool:
    """Whether a field of this name is a secret: `hubToken`, `hub-token` and `HUB_TOKEN` alike."""
    return bool(_NAMES.search(_upper_words(name)))


def is_secret(text: str) -> bool:
    """Whether the text contains a secret, whatever its field is called."""
    return bool(_VALUES.search(text))


def holds_secret(text: str) -> int:
    """The first line of a script or a file of settings with a secret in it, from 1; 0 where there is none."""
    for number, line in enumerate(text.splitlines(), start=1):
        assigned = _ASSIGNMENT.match(line)
        named = assigned and is_name_of_secret(assigned[1]) and not _SETTING.fullmatch(assigned[2])
        if is_secret(line) or named:
            return number
    return 0


def _upper_words(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper())
