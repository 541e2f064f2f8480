"""Volumes of class host-path, made writable for the users of pods on real nodes.

The controller-manager creates them for root alone, and a kubelet changes the owner of no hostPath
(https://kubernetes.io/docs/concepts/storage/volumes/#hostpath). Their parent folder keeps other users out.
"""

import asyncio
import http.client
import json
import ssl
from contextlib import suppress
from pathlib import Path

_PATH = "/api/v1/persistentvolumes"
_MODE = 0o777
_SECONDS = 0.5
_TIMEOUT_SECONDS = 10


async def keep_volumes_writable(port: int, pki: Path) -> None:
    """Change the mode of each volume soon after it is created.

    `port`: that of the API server; `pki`: folder with the certificates of its administrator.
    """
    done: set[str] = set()
    while True:
        with suppress(OSError, http.client.HTTPException):  # while the API server is away
            done = await asyncio.to_thread(_make_writable, port, pki, done)
        await asyncio.sleep(_SECONDS)


def _make_writable(port: int, pki: Path, done: set[str]) -> set[str]:
    paths = paths_of(_listed(port, pki))
    for path in paths - done:
        Path(path).chmod(_MODE)
    return paths


def _listed(port: int, pki: Path) -> bytes:
    context = ssl.create_default_context(cafile=pki / "ca.crt")
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS, context=context)
    try:
        connection.request("GET", _PATH)
        response = connection.getresponse()
        return response.read() if response.status == http.HTTPStatus.OK else b"{}"
    finally:
        connection.close()


def paths_of(volumes: bytes) -> set[str]:
    """Folders of the volumes in a list of the API."""
    specs = [it["spec"] for it in json.loads(volumes).get("items", [])]
    return {it["hostPath"]["path"] for it in specs if "hostPath" in it}
