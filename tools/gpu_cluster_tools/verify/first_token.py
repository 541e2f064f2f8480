"""Request for one token from a server with the OpenAI API, with time to first token."""

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast

Connect = Callable[[], AbstractContextManager[HTTPConnection]]
"""Opens a connection to the server, for one request."""

_PROMPT = "Hello"
_CHAT, _COMPLETIONS, _EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
_NO_CHAT = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)
"""Answers of servers whose model has no chat template, or that serve no chat."""

_SHOWN = 200
_EVENT = "data:"


class NoTokenError(Exception):
    """The server answers, but not with a token."""


class _NoChatError(NoTokenError):
    """The server has no chat for this model."""


def first_token_seconds(connect: Connect, model: str) -> float:
    """Seconds from a request to its first token. `NoTokenError` if none arrives.

    `model`: name for requests; if the server does not list it, the first listed name is used.
    """
    asked = {
        "model": _served_name(connect, model),
        "max_tokens": 1,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    try:
        return _seconds(connect, _CHAT, {**asked, "messages": [{"role": "user", "content": _PROMPT}]})
    except _NoChatError:
        return _seconds(connect, _COMPLETIONS, {**asked, "prompt": _PROMPT})


def embedding_seconds(connect: Connect, model: str) -> float:
    """Seconds from a request to its embedding, of an embeddings server. `NoTokenError` if none arrives."""
    asked = {"model": model, "input": _PROMPT}
    with connect() as connection, _answer(connection, "POST", _EMBEDDINGS, asked) as (started, response):
        found = _object(response.read())
        seconds = time.monotonic() - started
    data = _objects(found, "data")
    if not (data and data[0].get("embedding")):
        raise NoTokenError(f"{_EMBEDDINGS} has no embedding: {json.dumps(found)[:_SHOWN]}")
    return seconds


def _served_name(connect: Connect, model: str) -> str:
    with connect() as connection, _answer(connection, "GET", "/v1/models") as (_, response):
        listed = _object(response.read())
    names = [str(it.get("id")) for it in _objects(listed, "data")]
    return model if model in names or not names else names[0]


def _seconds(connect: Connect, path: str, body: dict[str, Any]) -> float:
    """Text, reasoning or a tool call is a token; the count of tokens tells of one without text."""
    with connect() as connection, _answer(connection, "POST", path, body) as (started, response):
        for event in _events(response):
            counted = any(it.get("completion_tokens") for it in _objects(event, "usage"))
            if counted or any(map(_has_token, _objects(event, "choices"))):
                return time.monotonic() - started
            if "error" in event:
                raise NoTokenError(f"{path}: {json.dumps(event['error'])[:_SHOWN]}")
    raise NoTokenError(f"{path} ends without a token")


def _has_token(choice: dict[str, Any]) -> bool:
    """Whether an event of a stream has content other than the role."""
    parts = [(key, value) for delta in _objects(choice, "delta") for key, value in delta.items()]
    return bool(choice.get("text") or any(value for key, value in parts if key != "role"))


def _events(response: HTTPResponse) -> Iterator[dict[str, Any]]:
    """Events of a stream, as servers send them (text/event-stream)."""
    while line := response.readline():
        text = line.decode(errors="replace").strip()
        if not text.startswith(_EVENT):
            continue
        content = text.removeprefix(_EVENT).strip()
        if content == "[DONE]":
            return
        yield _object(content)


def _object(content: str | bytes) -> dict[str, Any]:
    """`ValueError` where it is anything else than a JSON object."""
    found: Any = json.loads(content)
    if isinstance(found, dict):
        return cast("dict[str, Any]", found)
    raise ValueError(f"expected a JSON object, got {type(found).__name__}")


def _objects(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The object at a key, or those of its list."""
    value: Any = found.get(key)
    listed = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [it for it in listed if isinstance(it, dict)]


@contextmanager
def _answer(
    connection: HTTPConnection, method: str, path: str, body: Any = None
) -> Generator[tuple[float, HTTPResponse]]:
    """Time of the request, and its answer of 200. `NoTokenError` for any other, also without HTTP or JSON."""
    try:
        text = None if body is None else json.dumps(body)
        started = time.monotonic()
        connection.request(method, path, text, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != HTTPStatus.OK:
            kind = _NoChatError if path == _CHAT and response.status in _NO_CHAT else NoTokenError
            said = response.read(_SHOWN).decode(errors="replace").strip()
            raise kind(f"{path} answers {response.status} {response.reason}: {said}")
        yield started, response
    except (HTTPException, ValueError) as error:
        raise NoTokenError(f"{path}: {error or type(error).__name__}") from error
