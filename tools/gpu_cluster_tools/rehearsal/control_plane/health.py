"""Health checks of the control plane."""

import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT_SECONDS = 5


def ready(ports: Mapping[str, int], pki: Path) -> bool:
    """True if the API server and all other components with health endpoints are healthy."""
    try:
        trusted = admin_tls(pki)
    except OSError:  # not made yet, or half
        return False
    self_signed = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    self_signed.check_hostname = False
    self_signed.verify_mode = ssl.CERT_NONE  # nothing is sent, and an "ok" is all that is read
    return (
        _answers(ports["kubeApiserverPort"], "/readyz", trusted)
        and _answers(ports["kubeControllerManagerPort"], "/healthz", self_signed)
        and _answers(ports["kubeSchedulerPort"], "/healthz", self_signed)
        and _answers(ports["kwokControllerPort"], "/healthz", None)
    )


def admin_tls(pki: Path) -> ssl.SSLContext:
    """Connections to the API server as its admin. `OSError` where the certificates are not there, or half."""
    context = ssl.create_default_context(cafile=pki / "ca.crt")
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    return context


def _answers(port: int, path: str, context: ssl.SSLContext | None) -> bool:
    if context:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
