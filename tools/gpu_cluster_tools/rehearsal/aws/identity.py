"""Who calls the account.

An access key says whose it is: the account has no secret to check it against, and no need for one.
"""

import base64
import os

ACCOUNT = "123456789012"
"""Id of an account of which nothing else is said."""

SECRET = "emulated"  # noqa: S105
"""The secret of every access key."""

INTERNAL = "emulated"
"""Access key of calls that no principal makes: the account's own, and those of the rehearsal beside it."""

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
    """The ARN by which a role or user calls: a role's is that of its session."""
    home, _, path = principal.partition(":role/")
    if not path:
        return principal
    return f"{home.replace(':iam:', ':sts:')}:assumed-role/{path.rpartition('/')[2]}/{SESSION}"
