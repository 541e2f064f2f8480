"""Model checks: one token from each replica."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# (lightkube's decoder has bare types)

import json
from collections.abc import Collection, Iterator, Mapping
from functools import partial

from lightkube.core.decoders import decode_object
from lightkube.resources.core_v1 import Pod

from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.serving_engine import ServingEngine
from gpu_cluster.kubernetes.serving.leader_worker_set import LEADERS
from gpu_cluster.kubernetes.serving.model import labels_of
from gpu_cluster.kubernetes.serving.server import PORT
from gpu_cluster_tools.doctor.api_server import ApiServer, ForbiddenError, NoAnswerError, Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.doctor.node_facts import is_ready
from gpu_cluster_tools.rehearsal.cluster_state.not_ready import not_ready
from gpu_cluster_tools.verify.first_token import (
    Connect,
    NoTokenError,
    embedding_seconds,
    first_token_seconds,
)
from gpu_cluster_tools.verify.measurement import Measurement, blocked, measured
from gpu_cluster_tools.verify.pods import name_of, on_nodes, pods_with
from gpu_cluster_tools.verify.port_forward import port_forward

_MODELS = Group("models")
SLOW_SECONDS = 5
"""A slower first token is a warning, with the threshold of the alert ModelSlowFirstToken."""

_LONGEST_SECONDS = 60
_WITHOUT_TOKENS: Mapping[ServingEngine, str] = {
    ServingEngine.CUSTOM: "the API of a custom server is unknown",
    ServingEngine.TRITON: "requests to Triton depend on the model's own inputs",
}


def models(
    served: Mapping[str, ModelSettings], namespace: str, simulated: Collection[str], api: ApiServer
) -> Iterator[Measurement]:
    """`served`: models by name, in a namespace; `simulated`: names of nodes that run no program."""
    for key, settings in served.items():
        labels = labels_of(key, settings) | (LEADERS if settings.nodes > 1 else {})
        pods = pods_with(api, namespace, labels)
        if pods is None:
            yield blocked(_MODELS.skip(key, f"not authorized to list pods of namespace {namespace}"))
        elif on_nodes(pods, simulated):
            reason = f"its {len(pods)} replicas are on simulated nodes, which run no containers"
            yield measured(_MODELS.skip(key, reason), replicas=len(pods))
        else:
            yield _model(key, settings, pods, api)


def _model(key: str, settings: ModelSettings, pods: list[Object], api: ApiServer) -> Measurement:
    ready = [pod for pod in pods if is_ready(pod)]
    least = settings.replicas.min
    numbers: dict[str, float] = {"ready": len(ready), "replicas": len(pods), "least": least}
    if len(ready) < least:
        why = next((f"; {name_of(pod)} {_reason(pod)}" for pod in pods if pod not in ready), "")
        return measured(_MODELS.fail(key, f"{len(ready)} of {least} replicas are ready{why}"), **numbers)
    if reason := _WITHOUT_TOKENS.get(settings.engine):
        return measured(_MODELS.skip(key, f"{len(ready)} replicas are ready; {reason}"), **numbers)
    seconds: list[float] = []
    for pod in ready:
        connect = partial(
            port_forward, api, pod["metadata"]["namespace"], name_of(pod), PORT, timeout=_LONGEST_SECONDS
        )
        try:
            seconds.append(_answer_seconds(key, settings, connect))
        except ForbiddenError as error:
            return blocked(_MODELS.skip(key, str(error), "requires permission for pods/portforward"))
        except (NoTokenError, NoAnswerError) as error:
            return measured(_MODELS.fail(key, f"{name_of(pod)}: {error}"), **numbers)
    return _answered(key, settings, seconds, numbers)


def _reason(pod: Object) -> str:
    """Reason why a replica is not ready, as in `gpu-cluster status`."""
    return not_ready(decode_object(json.dumps(pod).encode(), Pod)) or "is not ready"


def _answer_seconds(key: str, settings: ModelSettings, connect: Connect) -> float:
    ask = embedding_seconds if settings.engine is ServingEngine.TEI else first_token_seconds
    return ask(connect, key)


def _answered(
    key: str, settings: ModelSettings, seconds: list[float], numbers: Mapping[str, float]
) -> Measurement:
    what = "embedding" if settings.engine is ServingEngine.TEI else "first token"
    slowest = max(seconds, default=0.0)
    found = f"{len(seconds)} replicas answer; slowest {what} after {slowest * 1000:.0f} ms"
    name = "embeddingSeconds" if settings.engine is ServingEngine.TEI else "firstTokenSeconds"
    numbers = {**numbers, name: round(slowest, 3)}
    if not seconds:
        return measured(_MODELS.ok(key, "no replica, and min is 0"), **numbers)
    if slowest > SLOW_SECONDS:
        return measured(_MODELS.warn(key, found, f"more than {SLOW_SECONDS} s"), **numbers)
    return measured(_MODELS.ok(key, found), **numbers)
