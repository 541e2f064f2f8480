"""Reason why a pod is not ready: it loads, took too long to load, ended by itself, or cannot start."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lightkube.models.core_v1 import (
    Container,
    ContainerStateTerminated,
    ContainerStatus,
    PodSpec,
    PodStatus,
    Probe,
)
from lightkube.resources.core_v1 import Pod

from gpu_cluster_tools.rehearsal.cluster_state.pull_failure import PULL_REASONS, pull_failure
from gpu_cluster_tools.rehearsal.control_plane.kubernetes_client import is_ready

_PERIOD_SECONDS, _FAILURES, _GRACE_SECONDS = 10, 3, 30  # defaults of Kubernetes
_LATER = "PodInitializing"
"""Reason of a container that waits for those before it."""

_MOUNTING = "ContainerCreating"
"""Reason of a container whose pod has no network or volumes yet. The kubelet reports why in events alone."""

_LATE_SECONDS = 10
"""Time that a kubelet may take to end a container that it has given up."""


def not_ready(pod: Pod, now: datetime | None = None) -> str | None:
    """The reason in words; None for a pod that is ready, and for one that no kubelet has begun."""
    if is_ready(pod) or pod.spec is None or pod.status is None:
        return None
    reasons = (_reason(pod.spec, *it, now or datetime.now(UTC)) for it in _containers(pod.spec, pod.status))
    return next(filter(None, reasons), None)


def _containers(spec: PodSpec, status: PodStatus) -> Iterator[tuple[Container, ContainerStatus]]:
    """Containers that are not ready, in the order in which they start."""
    named = {it.name: it for it in (*(spec.initContainers or ()), *spec.containers)}
    for it in (*(status.initContainerStatuses or ()), *(status.containerStatuses or ())):
        if not it.ready and it.name in named:
            yield named[it.name], it


def _reason(spec: PodSpec, container: Container, status: ContainerStatus, now: datetime) -> str | None:
    current, last = status.state, status.lastState
    waiting = current and current.waiting
    if ended := (current and current.terminated) or (last and last.terminated):
        grace = spec.terminationGracePeriodSeconds or _GRACE_SECONDS
        return f"{_ending(container, ended, grace)}; restarts: {status.restartCount}"
    if waiting and waiting.reason != _LATER:
        if waiting.message and waiting.reason in PULL_REASONS:
            return pull_failure(container.image or status.image, waiting.message)
        said = f"{waiting.reason or 'waits'}{f': {waiting.message}' if waiting.message else ''}"
        return f"{said}{_needs(spec)}" if waiting.reason == _MOUNTING else said
    if current and current.running and current.running.startedAt and not status.started:
        ran = (now - current.running.startedAt).total_seconds()
        return f"loading for {_in_words(ran)}{_of(container.startupProbe)}"
    return None


def _needs(spec: PodSpec) -> str:
    """Secrets without which its volumes are not mounted."""
    mounted = (it.secret for it in spec.volumes or ())
    names = [it.secretName for it in mounted if it and it.secretName and not it.optional]
    return f"; mounts Secret {' and '.join(names)}, which must exist" if names else ""


def _ending(container: Container, ended: ContainerStateTerminated, grace: int) -> str:
    """The startup probe ended a container that ran for as long as that allows, and no longer."""
    ran = (ended.finishedAt - ended.startedAt).total_seconds() if ended.finishedAt and ended.startedAt else 0
    probe = container.startupProbe
    if probe and ended.reason != "OOMKilled":
        most = _seconds(probe)
        if most - _period(probe) <= ran <= most + grace + _LATE_SECONDS:
            return f"did not load within {_in_words(most)} and was restarted; hint: loadMinutes"
    reason = f" ({ended.reason})" if ended.reason not in (None, "Error", "Completed") else ""
    return f"exited after {_in_words(ran)} with exit code {ended.exitCode}{reason}; hint: kubectl logs"


def _of(probe: Probe | None) -> str:
    return f" of at most {_in_words(_seconds(probe))}" if probe else ""


def _period(probe: Probe) -> int:
    return probe.periodSeconds or _PERIOD_SECONDS


def _seconds(probe: Probe) -> int:
    """Time that it gives a container."""
    return (probe.initialDelaySeconds or 0) + _period(probe) * (probe.failureThreshold or _FAILURES)


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
