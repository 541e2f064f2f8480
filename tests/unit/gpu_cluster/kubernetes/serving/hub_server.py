"""Test server with the API of the model hub that its own client uses (tests/witnesses/hub_client.py)."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1024
"""Files from this size on are in LFS, on storage that the hub redirects to."""


@dataclass
class HubServer:
    """A hub with one model and configurable failures."""

    files: Mapping[str, bytes]
    model: str = "org/model"
    token: str | None = None
    broken: dict[str, int] = field(default_factory=dict[str, int])
    """Bytes after which each download of a file is cut off."""

    unavailable: Counter[str] = field(default_factory=Counter[str])
    """Number of 503 responses left, by path."""

    ranges: bool = True
    seconds_per_chunk: float = 0
    url: str = ""
    storage: str = ""
    requests: list[tuple[str, str | None, bool]] = field(default_factory=list[tuple[str, str | None, bool]])
    """Path, Range header and whether a token was sent."""

    def asked(self, path: str) -> list[str | None]:
        """Range headers of the requests for a file."""
        return [it for name, it, _ in self.requests if name.endswith(f"/{path}")]

    @contextmanager
    def running(self) -> Generator["HubServer"]:
        with _serving(self, _Hub) as self.url, _serving(self, _Storage) as self.storage:
            yield self


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def _serving(hub: HubServer, handler: type["_Handler"]) -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"hub": hub}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        authorized = self.headers["Authorization"] is not None
        self.hub.requests.append((path, self.headers["Range"], authorized))
        if self.hub.unavailable[path]:
            self.hub.unavailable[path] -= 1
            self.answer(503, b"")
        else:
            self.found(path)

    def found(self, path: str) -> None:
        raise NotImplementedError

    def file(self, path: str, headers: Mapping[str, str]) -> None:
        content, start = self.hub.files[path], 0
        if self.hub.ranges and (asked := self.headers["Range"]):
            start = int(asked.removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        for name, value in {**headers, "Content-Length": str(len(content) - start)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        end = start + self.hub.broken[path] if path in self.hub.broken else len(content)
        with suppress(ConnectionError):  # a client that was killed
            for at in range(start, min(end, len(content)), 65536):
                self.wfile.write(content[at : min(at + 65536, end)])
                time.sleep(self.hub.seconds_per_chunk)
        self.close_connection = True

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Hub(_Handler):
    def found(self, path: str) -> None:
        if self.hub.token and self.headers["Authorization"] != f"Bearer {self.hub.token}":
            self.answer(401, b"", X_Error_Code="GatedRepo")
        elif path in (f"/api/models/{self.hub.model}/revision/{it}" for it in ("main", COMMIT)):
            self.answer(200, json.dumps(self._listing()).encode(), Content_Type="application/json")
        elif path in (f"/api/models/{self.hub.model}/tree/{it}" for it in ("main", COMMIT)):
            self.answer(200, json.dumps(self._tree()).encode(), Content_Type="application/json")
        elif path.startswith(f"/{self.hub.model}/resolve/{COMMIT}/"):
            self._resolve(path.removeprefix(f"/{self.hub.model}/resolve/{COMMIT}/"))
        elif path.startswith("/api/resolve-cache/"):
            name = path.removeprefix("/api/resolve-cache/")
            self.file(name, {"X-Repo-Commit": COMMIT, "ETag": f'"{blob_id(self.hub.files[name])}"'})
        else:
            self.answer(404, b"", X_Error_Code="RepoNotFound")

    def _resolve(self, name: str) -> None:
        if name not in self.hub.files:
            self.answer(404, b"", X_Error_Code="EntryNotFound")
            return
        content = self.hub.files[name]
        if len(content) < LARGE:
            etag = f'"{blob_id(content)}"'
            size = str(len(content))
            where = f"/api/resolve-cache/{name}"
            self.answer(307, b"", Location=where, X_Repo_Commit=COMMIT, ETag=etag, X_Linked_Size=size)
            return
        self.answer(
            302,
            b"",
            Location=f"{self.hub.storage}/{name}?signature=1",
            X_Repo_Commit=COMMIT,
            X_Linked_Etag=f'"{hashlib.sha256(content).hexdigest()}"',
            X_Linked_Size=str(len(content)),
        )

    def _listing(self) -> dict[str, Any]:
        siblings: list[dict[str, Any]] = []
        for name, content in self.hub.files.items():
            large = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            blob = "f" * 40 if len(content) >= LARGE else blob_id(content)
            lfs = {"lfs": large} if len(content) >= LARGE else {}
            siblings.append({"rfilename": name, "size": len(content), "blobId": blob, **lfs})
        return {"id": self.hub.model, "sha": COMMIT, "siblings": siblings}

    def _tree(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for name, content in self.hub.files.items():
            large = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            oid = "f" * 40 if len(content) >= LARGE else blob_id(content)
            lfs = {"lfs": large} if len(content) >= LARGE else {}
            entries.append({"type": "file", "path": name, "size": len(content), "oid": oid, **lfs})
        return entries


class _Storage(_Handler):
    """Storage with presigned URLs that rejects an additional Authorization header, as S3 does."""

    def found(self, path: str) -> None:
        if self.headers["Authorization"]:
            self.answer(400, b"Only one auth mechanism allowed")
        else:
            self.file(path.removeprefix("/"), {})
