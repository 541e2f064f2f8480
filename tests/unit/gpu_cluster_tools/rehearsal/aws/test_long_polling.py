import json
import threading
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from gpu_cluster_tools.rehearsal.aws.long_polling import LongPolling

RECEIVE = {"X-Amz-Target": "AmazonSQS.ReceiveMessage"}


class Queue:
    """A queue application that has messages after `sent` is set."""

    def __init__(self) -> None:
        self.sent = threading.Event()
        self.waits: list[int] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.waits.append(json.loads(Request(environ).get_data())["WaitTimeSeconds"])
        answer: dict[str, list[dict[str, str]]] = {"Messages": [{}]} if self.sent.is_set() else {}
        return Response(json.dumps(answer), mimetype="application/json")(environ, start_response)


def test_long_poll_ends_with_the_first_message() -> None:
    queue = Queue()
    threading.Timer(0.7, queue.sent.set).start()
    answer = Client(LongPolling(queue)).post("/", headers=RECEIVE, json={"WaitTimeSeconds": 20})
    assert answer.get_json() == {"Messages": [{}]}
    assert set(queue.waits) == {0}


def test_long_poll_without_a_message_lasts_its_full_time() -> None:
    begun = time.monotonic()
    answer = Client(LongPolling(Queue())).post("/", headers=RECEIVE, json={"WaitTimeSeconds": 1})
    assert answer.get_json() == {}
    assert time.monotonic() - begun >= 1
