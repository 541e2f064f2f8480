"""Tokens of models by the state of their replicas."""

from collections.abc import Callable, Collection
from http.client import HTTPConnection

import pytest

from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.kubernetes.telemetry.rules import rule_files
from gpu_cluster_tools.doctor.api_server import ForbiddenError, NoAnswerError, Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify import models as subject
from gpu_cluster_tools.verify.first_token import NoTokenError
from gpu_cluster_tools.verify.measurement import Measurement
from gpu_cluster_tools.verify.models import SLOW_SECONDS, models
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, pod

OK, WARN, FAIL, SKIP = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL, CheckStatus.SKIP
PODS = "/api/v1/namespaces/serving/pods"
LOCAL = stack("local", {}).serving
REPLICAS = [pod("chat-a", "l4-0"), pod("chat-b", "l4-1")]

Answer = Callable[[Callable[[], HTTPConnection], str], float]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: float | Exception) -> None:
    """Make the replicas answer with these times or errors, in this order."""
    left = list(answers)

    def answer(*_: object) -> float:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(subject, "first_token_seconds", answer)
    monkeypatch.setattr(subject, "embedding_seconds", answer)


def seen(pods: list[Object] | None, simulated: Collection[str] = ()) -> Measurement:
    cluster = Cluster({PODS: None if pods is None else listed(*pods)})
    [found] = models(LOCAL.models, LOCAL.namespace, simulated, cluster)
    return found


def test_slowest_replica_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0.2, 0.35)
    found = seen(REPLICAS)
    assert found.verdict is OK
    assert found.found == "2 replicas answer; slowest first token after 350 ms"
    assert found.numbers == {"ready": 2, "replicas": 2, "least": 2, "firstTokenSeconds": 0.35}


def test_slow_first_token_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0.2, SLOW_SECONDS + 1)
    assert seen(REPLICAS).verdict is WARN


def test_slow_threshold_equals_that_of_the_alert() -> None:
    rules = rule_files("https://runbooks.example", {}, {})["models.rules.yml"]
    assert f"gpu_cluster:model_first_token_seconds:p95 > {SLOW_SECONDS}" in rules


@pytest.mark.parametrize("error", [NoTokenError("ends without a token"), NoAnswerError("connection refused")])
def test_replica_without_a_token_fails(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0.2, error)
    found = seen(REPLICAS)
    assert found.verdict is FAIL
    assert found.found == f"chat-b: {error}"


def test_missing_permission_blocks_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, ForbiddenError('cannot create resource "pods/portforward"'))
    found = seen(REPLICAS)
    assert (found.verdict, found.blocked) == (SKIP, True)
    assert seen(None).blocked


def test_too_few_ready_replicas_fail_with_the_reason() -> None:
    server = {"name": "server", "restartCount": 0, "ready": False, "image": "", "imageID": ""}
    waiting = {**server, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    found = seen([REPLICAS[0], pod("chat-b", "l4-1", ready=False, containerStatuses=[waiting])])
    assert found.verdict is FAIL
    assert found.found == "1 of 2 replicas are ready; chat-b ImagePullBackOff"


def test_replicas_on_simulated_nodes_are_skipped() -> None:
    found = seen(REPLICAS, simulated={"l4-0", "l4-1"})
    assert (found.verdict, found.blocked) == (SKIP, False)


@pytest.mark.parametrize(
    ("engine", "verdict"),
    [(ServingEngine.CUSTOM, SKIP), (ServingEngine.TRITON, SKIP), (ServingEngine.TEI, OK)],
)
def test_engines_without_tokens_are_skipped_and_tei_returns_embeddings(
    engine: ServingEngine, verdict: CheckStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, 0.1, 0.1)
    settings = LOCAL.models["chat"].model_copy(update={"engine": engine})
    [found] = models({"chat": settings}, "serving", (), Cluster({PODS: listed(*REPLICAS)}))
    assert found.verdict is verdict
    assert ("embeddingSeconds" in found.numbers) is (engine is ServingEngine.TEI)
