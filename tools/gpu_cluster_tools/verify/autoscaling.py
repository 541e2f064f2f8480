"""Metrics by which models scale: served for their pods, and read by their autoscalers."""

import time
from collections.abc import Collection, Iterator
from decimal import Decimal
from urllib.parse import quote

from gpu_cluster.capacity import scales, waiting_metric
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.quantity import amount
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.serving.model import labels_of
from gpu_cluster_tools.doctor.api_server import ApiServer, Object
from gpu_cluster_tools.doctor.check import Group
from gpu_cluster_tools.verify.measurement import Measurement, measured
from gpu_cluster_tools.verify.pods import on_nodes, pods_with

_SCALING = Group("autoscaling")
_METRICS = "/apis/custom.metrics.k8s.io/v1beta1/namespaces"
_SCALERS = "/apis/autoscaling/v2/namespaces"
_LOOKS_SECONDS = 35.0
"""Time for an autoscaler to look twice: it looks every 15 s by default (kube-controller-manager)."""

_POLL_SECONDS = 2.0
_STOPPED = "ScalingDisabled"
"""Reason of an autoscaler whose model was scaled to no replica by hand."""


def autoscaling(stack: Stack, simulated: Collection[str], api: ApiServer) -> Iterator[Measurement]:
    """`simulated`: names of nodes that run no program, and so have no metrics."""
    for key, settings in stack.serving.models.items():
        if not scales(settings):
            continue
        metric = waiting_metric(settings)
        if metric is None:
            yield measured(_SCALING.skip(key, "waitingMetric of the custom server is not set"))
        else:
            yield _model(stack, key, settings, metric, simulated, api)


def _model(
    stack: Stack, key: str, settings: ModelSettings, metric: str, simulated: Collection[str], api: ApiServer
) -> Measurement:
    namespace = stack.serving.namespace
    selector = ",".join(f"{name}={value}" for name, value in labels_of(key, settings).items())
    found = api.get(f"{_METRICS}/{namespace}/pods/*/{quote(metric)}?labelSelector={quote(selector)}")
    path = f"{_SCALERS}/{namespace}/horizontalpodautoscalers/{key}"
    scaler = api.get(path)
    if not scaler:
        return measured(
            _SCALING.fail(
                key, f"HorizontalPodAutoscaler {key} in {namespace} was not found or is not readable"
            )
        )
    numbers = _numbers(scaler)
    if not (found and found["items"]):
        return _without_metric(
            stack,
            key,
            metric,
            on_nodes(pods_with(api, namespace, labels_of(key, settings)) or [], simulated),
            numbers,
        )
    values = [amount(it["value"]) for it in found["items"]]
    waiting = sum(values, Decimal(0))
    scaler = _looked_again(path, scaler, api)
    words = f"{metric} is {waiting} over {len(values)} pods; {_words(scaler)}"
    numbers |= {"waiting": float(waiting), "pods": len(values)}
    active = _scaling_active(scaler)
    if active.get("status") == "True":
        return measured(_SCALING.ok(key, words), **numbers)
    if active.get("reason") == _STOPPED:
        return measured(_SCALING.warn(key, f"{words}; inactive, because the model has no replica"), **numbers)
    said = active.get("message", "it has no status yet")
    return measured(
        _SCALING.fail(key, f"{metric} is served, but the autoscaler does not read it: {said}"), **numbers
    )


def _looked_again(path: str, scaler: Object, api: ApiServer) -> Object:
    """The autoscaler once it reads the metric: its condition may be from before the metric was served."""
    deadline = time.monotonic() + _LOOKS_SECONDS
    while _scaling_active(scaler).get("status") != "True" and time.monotonic() < deadline:
        if _scaling_active(scaler).get("reason") == _STOPPED:
            return scaler
        time.sleep(_POLL_SECONDS)
        scaler = api.get(path) or scaler
    return scaler


def _without_metric(
    stack: Stack, key: str, metric: str, simulated: bool, numbers: dict[str, float]
) -> Measurement:
    if simulated:
        return measured(
            _SCALING.skip(key, f"its replicas are on simulated nodes, without {metric}"), **numbers
        )
    words = f"{metric} is not served for its pods, so the replicas do not scale"
    if stack.serves_metrics or stack.serving.metrics_served:
        advice = "kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1 lists the metrics of the adapter"
        return measured(_SCALING.fail(key, words, advice), **numbers)
    return measured(_SCALING.warn(key, f"{words}, as in the stack file"), **numbers)


def _scaling_active(scaler: Object) -> Object:
    """Condition of an autoscaler that reads its metrics; empty until it has looked."""
    conditions: list[Object] = scaler["status"].get("conditions", [])
    return next((it for it in conditions if it["type"] == "ScalingActive"), Object())


def _numbers(scaler: Object) -> dict[str, float]:
    return {
        "replicas": scaler["status"].get("currentReplicas", 0),
        "least": scaler["spec"].get("minReplicas", 1),
        "most": scaler["spec"]["maxReplicas"],
    }


def _words(scaler: Object) -> str:
    numbers = _numbers(scaler)
    return f"{numbers['replicas']} replicas of {numbers['least']} to {numbers['most']}"
