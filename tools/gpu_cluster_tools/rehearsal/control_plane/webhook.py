"""Webhook configuration of the API server for authentication and authorization of tokens."""

import json
from collections.abc import Mapping
from pathlib import Path

AUTHENTICATE, AUTHORIZE = "/_authenticate", "/_authorize"
"""Paths of the webhooks for token reviews and access reviews."""

_AUTHENTICATE = "authenticate.json"
_AUTHORIZE = "authorize.json"


def write(folder: Path, server: str) -> None:
    """Write the configuration files of both webhooks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, url in ((_AUTHENTICATE, server + AUTHENTICATE), (_AUTHORIZE, server + AUTHORIZE)):
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "webhook", "cluster": {"server": url}}],
            "users": [{"name": "webhook"}],
            "contexts": [{"name": "webhook", "context": {"cluster": "webhook", "user": "webhook"}}],
            "current-context": "webhook",
        }
        (folder / name).write_text(json.dumps(config, indent=2))


def arguments(folder: Path) -> Mapping[str, str]:
    """Arguments of the API server. RBAC comes first, so few requests reach the webhook."""
    return {
        "authentication-token-webhook-config-file": str(folder / _AUTHENTICATE),
        "authentication-token-webhook-version": "v1",
        "authentication-token-webhook-cache-ttl": "5s",
        "authorization-mode": "Node,RBAC,Webhook",
        "authorization-webhook-config-file": str(folder / _AUTHORIZE),
        "authorization-webhook-version": "v1",
        "authorization-webhook-cache-authorized-ttl": "5s",
        "authorization-webhook-cache-unauthorized-ttl": "1s",
    }
