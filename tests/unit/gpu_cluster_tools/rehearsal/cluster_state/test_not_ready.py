# pyright: reportUnknownMemberType=false

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from lightkube.resources.core_v1 import Pod

from gpu_cluster_tools.rehearsal.cluster_state.not_ready import not_ready

START = datetime(2026, 11, 30, 12, tzinfo=UTC)
ALLOWED = {"periodSeconds": 10, "failureThreshold": 6}


def pod(state: dict[str, Any], last: dict[str, Any] | None = None, **status: Any) -> Pod:
    """A pod whose startup probe allows one minute."""
    return read(
        {
            "spec": {
                "terminationGracePeriodSeconds": 45,
                "containers": [{"name": "vllm", "startupProbe": ALLOWED}],
            },
            "status": {
                "containerStatuses": [
                    {
                        "name": "vllm",
                        "image": "vllm",
                        "imageID": "",
                        "ready": False,
                        "restartCount": 0,
                        "started": False,
                        "state": state,
                        "lastState": last or {},
                        **status,
                    }
                ]
            },
        }
    )


def read(content: dict[str, Any]) -> Pod:
    return cast(Pod, Pod.from_dict(content))


def ended(seconds: int, code: int = 1, reason: str = "Error") -> dict[str, Any]:
    at = {"startedAt": _at(0), "finishedAt": _at(seconds), "exitCode": code, "reason": reason}
    return {"terminated": at}


def _at(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}


def test_loading_pod_shows_elapsed_and_allowed_time() -> None:
    found = not_ready(pod({"running": {"startedAt": _at(0)}}), START + timedelta(seconds=20))
    assert found == "loading for 20 s of at most 60 s"


def test_startup_timeout_is_distinguished_from_an_exit() -> None:
    slow = "did not load within 60 s and was restarted; hint: loadMinutes; restarts: 2"
    assert not_ready(pod(BACK_OFF, ended(61, 143), restartCount=2)) == slow
    assert not_ready(pod({"running": {"startedAt": _at(90)}}, ended(104, 137), restartCount=2)) == slow
    broken = "exited after 3 s with exit code 2; hint: kubectl logs; restarts: 1"
    assert not_ready(pod(BACK_OFF, ended(3, 2), restartCount=1)) == broken


def test_late_exit_is_not_a_startup_timeout() -> None:
    assert "exited after 60 min" in (not_ready(pod(BACK_OFF, ended(3600))) or "")


def test_pod_out_of_memory_shows_oom_killed() -> None:
    assert "exit code 137 (OOMKilled)" in (not_ready(pod(BACK_OFF, ended(60, 137, "OOMKilled"))) or "")


def test_pod_without_its_image_shows_the_pull_failure() -> None:
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
    said = not_ready(pod(waiting)) or ""
    assert said.startswith("cannot pull vllm: docker.io does not have this image; hint: ")


def test_pod_in_creation_names_the_secrets_it_mounts() -> None:
    """The kubelet reports the reason only in events."""
    creating = {"waiting": {"reason": "ContainerCreating"}}
    assert not_ready(pod(creating)) == "ContainerCreating"
    content = cast("dict[str, Any]", pod(creating).to_dict())
    secrets = [{"name": "a", "secret": {"secretName": "pager"}}]
    secrets += [{"name": "b", "secret": {"secretName": "other", "optional": True}}]
    content["spec"]["volumes"] = [*secrets, {"name": "c", "emptyDir": {}}]
    assert not_ready(read(content)) == "ContainerCreating; mounts Secret pager, which must exist"


def test_unscheduled_pod_has_no_reason() -> None:
    assert not_ready(read({"spec": {"containers": [{"name": "vllm"}]}, "status": {}})) is None
