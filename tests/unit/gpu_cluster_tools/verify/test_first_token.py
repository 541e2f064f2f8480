"""First tokens in streams of servers with OpenAI's API."""

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from gpu_cluster_tools.verify.first_token import (
    Connect,
    NoTokenError,
    embedding_seconds,
    first_token_seconds,
)

Answer = tuple[int, str]
MODELS = {"/v1/models": (200, json.dumps({"data": [{"id": "chat"}]}))}
ROLE = {"choices": [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
"""First event of vLLM's chat, before any token (entrypoints/openai/chat_completion/serving.py of 0.26.0)."""


TOKENS: list[dict[str, Any]] = [
    {"choices": [{"delta": {"content": "Hi"}}]},
    {"choices": [{"delta": {"reasoning": "The user"}}]},
    {"choices": [{"delta": {}, "finish_reason": "length"}], "usage": {"completion_tokens": 1}},
    {"choices": [], "usage": {"completion_tokens": 1}},
]


def stream(*events: dict[str, Any]) -> Answer:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return 200, "".join([*lines, "data: [DONE]\n\n"])


@pytest.fixture
def serve() -> Generator[Callable[[Mapping[str, Answer]], tuple[Connect, list[dict[str, Any]]]]]:
    """Start a server with these answers by path, and record its requests."""
    servers: list[HTTPServer] = []

    def start(answers: Mapping[str, Answer]) -> tuple[Connect, list[dict[str, Any]]]:
        asked: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer()

            def _answer(self) -> None:
                status, text = answers.get(self.path, (404, "not found"))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()

        @contextmanager
        def connect() -> Generator[HTTPConnection]:
            connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            yield connection
            connection.close()

        return connect, asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("event", TOKENS)
def test_text_reasoning_or_token_count_is_a_token(serve: Any, event: dict[str, Any]) -> None:
    connect, asked = serve({**MODELS, "/v1/chat/completions": stream(ROLE, event)})
    assert 0 < first_token_seconds(connect, "chat") < 10
    assert (asked[0]["model"], asked[0]["max_tokens"], asked[0]["stream"]) == ("chat", 1, True)


def test_role_event_is_no_token(serve: Any) -> None:
    connect, _ = serve({**MODELS, "/v1/chat/completions": stream(ROLE)})
    with pytest.raises(NoTokenError, match="ends without a token"):
        first_token_seconds(connect, "chat")


def test_model_without_a_chat_template_uses_completions(serve: Any) -> None:
    refused = (400, "default chat template is no longer allowed")
    completion = stream({"choices": [{"text": " there"}]})
    connect, asked = serve({**MODELS, "/v1/chat/completions": refused, "/v1/completions": completion})
    assert first_token_seconds(connect, "chat") > 0
    assert asked[-1]["prompt"]


def test_model_name_reported_by_the_server_is_used(serve: Any) -> None:
    connect, asked = serve(
        {
            "/v1/models": (200, json.dumps({"data": [{"id": "meta/llama-3.1-8b-instruct"}]})),
            "/v1/chat/completions": stream({"choices": [{"delta": {"content": "Hi"}}]}),
        }
    )
    first_token_seconds(connect, "chat")
    assert asked[0]["model"] == "meta/llama-3.1-8b-instruct"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, "CUDA error"), "answers 500 Internal Server Error: CUDA error"),
        (stream({"error": {"message": "out of memory"}}), "out of memory"),
        ((200, "data: no json\n\n"), "/v1/chat/completions: "),
        ((200, "data: []\n\n"), "expected a JSON object, got list"),
        ((200, 'data: {"choices": ["a"], "usage": 5}\n\n'), "ends without a token"),
    ],
)
def test_error_answer_is_reported(serve: Any, answer: Answer, says: str) -> None:
    connect, _ = serve({**MODELS, "/v1/chat/completions": answer})
    with pytest.raises(NoTokenError, match=says):
        first_token_seconds(connect, "chat")


def test_embedding_server_returns_an_embedding(serve: Any) -> None:
    connect, _ = serve({"/v1/embeddings": (200, json.dumps({"data": [{"embedding": [0.1]}]}))})
    assert embedding_seconds(connect, "search") > 0
    connect, _ = serve({"/v1/embeddings": (200, "[]")})
    with pytest.raises(NoTokenError, match="expected a JSON object, got list"):
        embedding_seconds(connect, "search")
    connect, _ = serve({"/v1/embeddings": (200, json.dumps({"data": ["a"]}))})
    with pytest.raises(NoTokenError, match="has no embedding"):
        embedding_seconds(connect, "search")
