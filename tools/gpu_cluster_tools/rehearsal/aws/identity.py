"""Identity of the account's callers.

The access key identifies the principal; the account does not verify secrets.
"""

import base64
import os

ACCOUNT = "123456789012"
"""Default account id."""

SECRET = "emulated"  # noqa: S105
"""The secret of every access key."""

INTERNAL = "emulated"
"""Access key of internal calls without a principal: those of the account and of the rehearsal."""

SESSION = "rehearsal"
"""Name of the session in which a role is used."""

_PREFIX = "AKIA"


def account() -> str:
    """The id of the account that this process serves."""
    return os.environ.get("MOTO_ACCOUNT_ID", ACCOUNT)


def access_key(principal: str) -> str:
    return _PREFIX + base64.b32encode(principal.encode()).decode().rstrip("=")


def principal_of(key: str) -> str:
    """Principal of an access key; the root user where the key names none."""
    encoded = key.removeprefix(_PREFIX)
    try:
        principal = base64.b32decode(encoded + "=" * (-len(encoded) % 8)).decode()
    except ValueError:
        return f"arn:aws:iam::{account()}:root"
    return principal


def session_of(principal: str) -> str:
    """ARN of a caller: a user's own, or that of a role's session."""
    home, _, path = principal.partition(":role/")
    if not path:
        return principal
    return f"{home.replace(':iam:', ':sts:')}:assumed-role/{path.rpartition('/')[2]}/{SESSION}"
