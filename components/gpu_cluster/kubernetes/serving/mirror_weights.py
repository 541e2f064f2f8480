"""Downloads a model from the hub into a folder: the program of a Job, which has this file alone.

    python mirror_weights.py --model=org/model --revision=<commit> --folder=/weights/org/model/<commit>

Each file is written once, from its start to its end, under its own name, and never renamed: a bucket that
Mountpoint shows as a folder can do no more (awslabs/mountpoint-s3, doc/SEMANTICS.md, 2026-11-30). With
--append a file that was begun is continued, which other file systems can. Files that are complete are known
by their checksum. The list of all files is written last, as `.mirrored.json`.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import IO, Any, NoReturn, Protocol
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

MARKER = ".mirrored.json"
REFUSED = 2
"""Exit status where another attempt would end likewise: no such model or revision, no access to it."""

LONGEST_PAUSE_SECONDS = 30
_AT_ONCE = 4
_CHUNK = 4 * 2**20
_TIMEOUT_SECONDS = 60
_ATTEMPTS = 8
"""In a row without one byte more."""

_SEVERAL_FORMATS = ("*.bin", "*.pt", "*.pth", "*.h5", "*.msgpack", "*.ot", "*.onnx", "*.onnx_data", "*.gguf")
"""The same weights once more, beside safetensors, which every engine here prefers."""

_OF_ITS_OWN = ("*/pytorch_model*.bin", "*.pt", "*.pth")
"""Weights of a part, such as 2_Dense/ of an embedding model, where its folder has no safetensors."""


class RefusedError(Exception):
    """The hub does not give the model, and would not give it to another attempt."""


class BrokenError(Exception):
    """A connection ended, or the hub is busy: another attempt may do better."""


class CorruptError(Exception):
    """A file is not what the hub says that it is."""


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True)
class File:
    """A file of a model as the hub lists it. `sha256`: of a large file; of others git's blob id is known."""

    path: str
    size: int
    sha256: str | None
    blob: str | None

    @property
    def expected(self) -> str:
        return self.sha256 or self.blob or ""

    def digest(self) -> _Digest:
        if self.sha256:
            return hashlib.sha256()
        start = hashlib.sha1(usedforsecurity=False)
        start.update(b"blob %d\0" % self.size)
        return start


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    for flag in ("--model", "--revision", "--folder"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--append", action="store_true")
    given = parser.parse_args(arguments)
    # The first process of a container ignores signals that it has no handler for.
    signal.signal(signal.SIGTERM, _ended)
    hub = Hub(os.environ.get("HF_ENDPOINT") or "https://huggingface.co", os.environ.get("HF_TOKEN"))
    try:
        mirror(hub, given.model, given.revision, Path(given.folder), append=given.append)
    except RefusedError as error:
        _say(f"error: {error}")
        return REFUSED
    except (BrokenError, CorruptError, OSError) as error:
        _say(f"error: {error}")
        return 1
    return 0


def _ended(number: int, _frame: object) -> NoReturn:
    os._exit(128 + number)


def mirror(hub: "Hub", model: str, revision: str, folder: Path, *, append: bool) -> None:
    """All files of the model at the revision, whatever an earlier attempt left of them."""
    commit, files = hub.files(model, revision)
    chosen = list(wanted(files))
    _say(f"{model} at {commit}: {len(chosen)} files, {sum(it.size for it in chosen)} bytes")
    content = _listed(model, commit, chosen)
    marker = folder / MARKER
    if marker.exists() and marker.read_text(encoding="utf-8") != content:
        marker.unlink()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tasks = [pool.submit(_file, hub, model, commit, it, folder, append=append) for it in chosen]
        try:
            for task in as_completed(tasks):
                _say(task.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for file in chosen:
        if _size(folder / file.path) != file.size:
            raise CorruptError(f"{file.path}: the store has {_size(folder / file.path)} of {file.size} bytes")
    if not marker.exists():
        _written(marker, content)
    _say(f"complete: {marker}")


def wanted(files: Sequence[File]) -> Iterator[File]:
    """The files that an engine loads: no second format of the weights, and no `original/` of a publisher."""
    safe = {str(PurePosixPath(it.path).parent) for it in files if it.path.endswith(".safetensors")}
    for file in files:
        other = bool(safe) and any(fnmatchcase(file.path, pattern) for pattern in _SEVERAL_FORMATS)
        if other and str(PurePosixPath(file.path).parent) not in safe:
            other = not any(fnmatchcase(file.path, pattern) for pattern in _OF_ITS_OWN)
        if not other and not file.path.startswith("original/"):
            yield file


class Hub:
    """The model hub, or a server that answers like it.

    Sources: huggingface_hub 2.4.0, hf_api.py (model_info with files_metadata) and file_download.py
    (hf_hub_url, and redirects that keep the token on one host alone), 2026-11-30.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self._url, self._token = url.rstrip("/"), token
        self._opener = build_opener(_Redirects)

    def files(self, model: str, revision: str) -> tuple[str, list[File]]:
        """The commit that the revision is now, and its files."""
        url = f"{self._url}/api/models/{quote(model)}/revision/{quote(revision, safe='')}?blobs=true"
        attempt = 0
        while True:
            try:
                with self._open(url, model, 0) as answer:
                    found: Mapping[str, Any] = json.loads(b"".join(_from(answer, 0)))
                return str(found["sha"]), [_file_of(it) for it in found["siblings"]]
            except (BrokenError, json.JSONDecodeError) as error:
                _wait(attempt, f"the list of {model}", error)
            attempt += 1

    def content(self, model: str, commit: str, path: str, start: int) -> HTTPResponse:
        """The file from a byte on."""
        return self._open(f"{self._url}/{quote(model)}/resolve/{commit}/{quote(path)}", model, start)

    def _open(self, url: str, model: str, start: int) -> HTTPResponse:
        request = Request(url, headers={"User-Agent": "gpu-cluster", "Accept-Encoding": "identity"})  # noqa: S310
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            return self._opener.open(request, timeout=_TIMEOUT_SECONDS)
        except HTTPError as error:
            own = urlsplit(error.url or url).netloc == urlsplit(self._url).netloc
            if own and error.code in (401, 403):
                raise RefusedError(
                    f"the hub refuses {model} ({error.code}): it is gated, private or not there; "
                    f"{'the account of the token has no access' if self._token else 'there is no token'}"
                ) from error
            if own and error.code == 404:
                raise RefusedError(f"the hub has no such model, revision or file: {url}") from error
            raise BrokenError(f"{error.code} {error.reason}") from error
        except (OSError, HTTPException) as error:
            raise BrokenError(str(error)) from error


class _Redirects(HTTPRedirectHandler):
    """The token is for the hub alone: storage that it redirects to refuses it, and is not to know it."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following and urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            following.remove_header("Authorization")
        return following


def _file_of(listed: Mapping[str, Any]) -> File:
    path: str = listed["rfilename"]
    large: Mapping[str, str] = listed.get("lfs") or {}
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise RefusedError(f"the hub lists a file outside of the model: {path}")
    file = File(path, int(listed.get("size") or 0), large.get("sha256"), listed.get("blobId"))
    if not file.expected:
        raise RefusedError(f"the hub gives no checksum of {path}")
    return file


def _file(hub: Hub, model: str, commit: str, file: File, folder: Path, *, append: bool) -> str:
    """Download of a file that is not complete; a line about what was done."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, there = _read(path, file)
    if there == file.size and digest.hexdigest() == file.expected:
        return f"verified: {file.path}"
    kept = there if append and there < file.size else 0
    for start in dict.fromkeys((kept, 0)):
        if not start:
            digest = file.digest()
        _download(hub, model, commit, file, path, digest, start)
        if digest.hexdigest() == file.expected:
            return f"downloaded: {file.path}" + (f", from byte {start} on" if start else "")
    path.unlink()
    raise CorruptError(f"{file.path}: expected checksum {file.expected}, got {digest.hexdigest()}")


def _read(path: Path, file: File) -> tuple[_Digest, int]:
    """Digest and length of the part that is there; of a file that is too long none is."""
    digest, size = file.digest(), _size(path)
    if not 0 < size <= file.size:
        return digest, 0
    with path.open("rb") as found:
        while chunk := found.read(_CHUNK):
            digest.update(chunk)
    return digest, size


def _download(hub: Hub, model: str, commit: str, file: File, path: Path, digest: _Digest, start: int) -> None:
    """In one go: a connection that breaks is continued by another, while the file stays open."""
    done, attempt = start, 0
    with path.open("ab" if start else "wb") as out:
        while done < file.size:
            before = done
            try:
                with hub.content(model, commit, file.path, done) as answer:
                    for chunk in _from(answer, done):
                        out.write(chunk)
                        digest.update(chunk)
                        done += len(chunk)
                        if done > file.size:
                            raise CorruptError(f"{file.path}: the hub sends more than {file.size} bytes")
                problem = BrokenError(f"the connection ended at byte {done}")
            except BrokenError as error:
                problem = error
            if done < file.size:
                attempt = 0 if done > before else attempt + 1
                _wait(attempt, file.path, problem)
        out.flush()
        os.fsync(out.fileno())  # where Mountpoint says whether the upload succeeded


def _from(answer: HTTPResponse, start: int) -> Iterator[bytes]:
    """A server that does not know ranges sends the file from its start."""
    skipped = start if answer.status == 200 else 0
    try:
        while skipped and (chunk := answer.read(min(skipped, _CHUNK))):
            skipped -= len(chunk)
        while chunk := answer.read1(_CHUNK):
            yield chunk
    except (OSError, HTTPException) as error:
        raise BrokenError(str(error)) from error


def _wait(attempt: int, what: str, problem: Exception) -> None:
    if attempt + 1 >= _ATTEMPTS:
        raise problem
    _say(f"{what}: {problem}; once more")
    time.sleep(min(2**attempt, LONGEST_PAUSE_SECONDS))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _listed(model: str, commit: str, files: Sequence[File]) -> str:
    checksums = {it.path: {"size": it.size, "checksum": it.expected} for it in files}
    return json.dumps({"model": model, "commit": commit, "files": checksums}, indent=1, sort_keys=True)


def _written(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
