"""Client of a cluster's API server."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import os
from base64 import b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import httpx2
from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams
from lightkube.config.kubeconfig import SingleConfig
from lightkube.core.exceptions import ConfigError

Object = dict[str, Any]

_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class NoAnswerError(Exception):
    """The API server does not answer, or rejects all requests."""


class ForbiddenError(NoAnswerError):
    """The request needs a right that this identity lacks."""


class ApiServer:
    """The API server of a kubeconfig's context, by default the current one.

    ApiServer(Path("~/.kube/config").expanduser()).get("/version")
    """

    def __init__(self, kubeconfig: Path, context: str | None = None) -> None:
        try:
            config = KubeConfig.from_file(kubeconfig).get(context)
            self._http = _http_client(config) if config else None
        except Exception as error:  # in as many ways as a file can be wrong
            raise NoAnswerError(f"invalid kubeconfig {kubeconfig}: {_in_one_line(error)}") from error
        self.kubeconfig = kubeconfig
        self.server: str = config.cluster.server if config else ""

    def get(self, path: str) -> Object | None:
        """The object; None if it does not exist, or this identity may not read it."""
        answer = self._asked("GET", path)
        if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE):
            return None
        return self._read(answer)

    def items(self, path: str) -> list[Object] | None:
        """The objects at a path; None where this identity may not list them."""
        found = self.get(path)
        if found is None:
            return None
        items = found.get("items") or []  # null stands for an empty list
        if "items" not in found or not isinstance(items, list):
            raise self._no_answer_of_an_api(f"no list at {path}")
        return items

    def metadata(self, path: str) -> list[Object] | None:
        """Metadata alone of the objects at a path; None where this identity may not list them."""
        answer = self._asked("GET", path, headers={"Accept": _METADATA})
        if answer.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE):
            return None
        return [] if answer.status_code == HTTPStatus.NOT_FOUND else self._read(answer)["items"]

    def create(self, path: str, body: Object) -> Object:
        """Response of the server to a question, such as a review of access."""
        return self._read(self._asked("POST", path, body))

    def text(self, path: str) -> str:
        """Response that is not an object, such as a log. `NoAnswerError` if the server does not answer."""
        answer = self._asked("GET", path)
        if answer.is_error:
            raise NoAnswerError(_message(answer))
        return answer.text

    def merge(self, path: str, body: Object) -> None:
        """Change the fields of an object that `body` has."""
        self._read(self._asked("PATCH", path, body, {"Content-Type": "application/merge-patch+json"}))

    def delete(self, path: str) -> None:
        """Delete an object and its dependents; ignores a missing one."""
        answer = self._asked("DELETE", path, {"propagationPolicy": "Background"})
        if answer.status_code != HTTPStatus.NOT_FOUND:
            self._read(answer)

    def refusal(self, path: str, body: Object) -> str | None:
        """Reason of the server to refuse an object in a dry run; None if it accepts it."""
        answer = self._asked("POST", f"{path}?dryRun=All", body)
        return None if answer.is_success else _message(answer)

    @contextmanager
    def upgraded(self, path: str, protocol: str, timeout: float) -> Generator["Upgraded"]:
        """The connection itself, once the server speaks a protocol of WebSocket on it.

        `ForbiddenError` where this identity may not. `timeout`: seconds until the server answers.
        """
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Protocol": protocol,
        }
        try:
            with self._client().stream("GET", path, headers=headers, timeout=timeout) as answer:
                if answer.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                    answer.read()
                    kind = ForbiddenError if answer.status_code == HTTPStatus.FORBIDDEN else NoAnswerError
                    raise kind(_message(answer))
                yield Upgraded(answer.extensions["network_stream"])
        except (httpx2.HTTPError, ConfigError, OSError) as error:
            raise self._no_answer(error) from error

    def _asked(
        self, method: str, path: str, body: Object | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        try:
            return self._client().request(method, path, json=body, headers=headers)
        except (httpx2.HTTPError, ConfigError, OSError) as error:
            raise self._no_answer(error) from error

    def _client(self) -> httpx2.Client:
        if self._http is None:
            raise NoAnswerError(f"{self.kubeconfig} has no current context")
        return self._http

    def _no_answer(self, error: Exception) -> NoAnswerError:
        return NoAnswerError(f"the cluster of {self.kubeconfig} does not answer: {_in_one_line(error)}")

    def _read(self, answer: httpx2.Response) -> Object:
        if answer.status_code == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(_message(answer))
        if answer.is_error:
            raise NoAnswerError(
                f"the cluster of {self.kubeconfig} refuses: {answer.status_code} {answer.reason_phrase}"
            )
        try:
            found: Any = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._no_answer_of_an_api(f"no JSON object at {answer.url.path}")
        return cast(Object, found)

    def _no_answer_of_an_api(self, lacking: str) -> NoAnswerError:
        """Error for a server that is something else, such as the sign-in page of a proxy."""
        return NoAnswerError(f"{self.server} of {self.kubeconfig} is no Kubernetes API server: {lacking}")


class Upgraded:
    """A connection on which both sides speak another protocol. `NoAnswerError` if it is broken or silent."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, most: int, timeout: float) -> bytes:
        """Received bytes; empty after the other side has closed."""
        with _one_error(timeout):
            return self._stream.read(most, timeout=timeout)

    def write(self, data: bytes, timeout: float) -> None:
        with _one_error(timeout):
            self._stream.write(data, timeout=timeout)


@contextmanager
def _one_error(timeout: float) -> Generator[None]:
    try:
        yield
    except Exception as error:  # of the transport below httpx2, which has types of its own
        late = "Timeout" in type(error).__name__
        raise NoAnswerError(f"no answer within {timeout:.0f} s" if late else _in_one_line(error)) from error


def _message(answer: httpx2.Response) -> str:
    """Message of a Status object, or the text of another answer."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text.strip() or answer.reason_phrase}"


def _http_client(config: SingleConfig) -> httpx2.Client:
    here = "//127.0.0.1:" in config.cluster.server  # which no proxy leads to
    return Client(config, ConnectionParams(trust_env=not here))


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
