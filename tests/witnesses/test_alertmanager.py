"""The real Alertmanager reads every configuration, and sends an alert by mail, to SNS and to a webhook.

This test provides the mail server and the webhook receiver; moto provides SNS.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import httpx2
import pytest
import yaml
from moto.server import ThreadedMotoServer

from gpu_cluster.config import AlertSettings
from gpu_cluster.kubernetes.telemetry import alertmanager_config, rule_files
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.control_plane.ports import assign
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.image_programs import ALERTMANAGER
from tests.unit.gpu_cluster.stack.corpus import HAPPY
from tests.witnesses.mail_server import HOST, MailServer, mail_server

pytestmark = [pytest.mark.engine, pytest.mark.slow]

REGION = "eu-central-1"
PASSWORD = "of-the-mail-server"
SECONDS = 90  # Alertmanager waits 30 of these seconds for further alerts of a group
SECRETS = "/etc/alertmanager-secrets"
RULE: dict[str, Any] = next(
    rule
    for group in yaml.safe_load(rule_files(None, {}, {})["gpus.rules.yml"])["groups"]
    for rule in group["rules"]
    if rule["alert"] == "GpuNeedsReplacement"
)
ALERT = {
    "labels": {"alertname": RULE["alert"], "node": "a", **RULE["labels"]},
    "annotations": {name: text for name, text in RULE["annotations"].items() if "{{" not in text},
}


@dataclass
class Receivers:
    mail: MailServer
    posted: list[dict[str, Any]]
    queue: Any
    """SQS queue that subscribes to the topic."""


@contextmanager
def alertmanager(folder: Path, config: str, environment: Mapping[str, str]) -> Generator[str]:
    """Address of an Alertmanager with this configuration and the secrets in `folder`."""
    port = assign(("alertmanager",), {})["alertmanager"]
    file = folder / "alertmanager.yml"
    file.write_text(config.replace(SECRETS, str(folder)))
    command = [
        *(str(provide(ALERTMANAGER)), f"--config.file={file}", f"--storage.path={folder / 'data'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="),
    ]
    log = folder / "alertmanager.log"
    with log.open("w") as output:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        server = subprocess.Popen(command, stdout=output, stderr=output, env={**inherited, **environment})
        try:
            url = f"http://127.0.0.1:{port}"
            _until(lambda: server.poll() is not None or _ready(url))
            assert server.poll() is None, log.read_text()
            yield url
        finally:
            server.terminate()
            server.wait(SECONDS)


def _ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/-/ready", trust_env=False).is_success
    except httpx2.TransportError:
        return False


def _until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not so after {SECONDS} s"
        time.sleep(0.2)
    return answer


@contextmanager
def _webhook() -> Generator[tuple[str, list[dict[str, Any]]]]:
    posted: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/token", posted
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _topic(keys: Mapping[str, str]) -> Generator[tuple[str, str, Any]]:
    """Endpoint of an account, ARN of a topic in it, and a queue that receives its messages."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
        sns, sqs = (_resource(session, name, endpoint) for name in ("sns", "sqs"))
        topic, queue = sns.create_topic(Name="alerts"), sqs.create_queue(QueueName="on-call")
        topic.subscribe(Protocol="sqs", Endpoint=queue.attributes["QueueArn"])
        yield endpoint, topic.arn, queue
    finally:
        server.stop()


def _resource(session: boto3.Session, service: str, endpoint: str) -> Any:
    return session.resource(service, endpoint_url=endpoint)  # pyright: ignore


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receivers]:
    """Receivers of one alert that was sent to Alertmanager."""
    folder = tmp_path_factory.mktemp("alertmanager")
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    with ExitStack() as running:
        mail = running.enter_context(mail_server(folder))
        url, posted = running.enter_context(_webhook())
        endpoint, topic, queue = running.enter_context(_topic(keys))
        (folder / "mail-password").write_text(f"{PASSWORD}\n")
        (folder / "webhook-url").write_text(f"{url}\n")
        settings = {
            "mail": {
                "to": ["b@example.com", "a@example.com"],
                "sender": "gpu-cluster@example.com",
                "server": f"{HOST}:{mail.port}",
                "user": "alerts",
            },
            "sns": {"topic": topic},
            "webhook": True,
            "secret": "alert-secrets",
        }
        config = alertmanager_config(AlertSettings.model_validate(settings))
        environment = {"SSL_CERT_FILE": str(mail.certificate), "AWS_ENDPOINT_URL": endpoint, **keys}
        server = running.enter_context(alertmanager(folder, config, environment))
        given = httpx2.post(f"{server}/api/v2/alerts", json=[ALERT], trust_env=False)
        assert given.is_success, given.text
        yield Receivers(mail, posted, queue)


def test_mail_is_sent_with_tls_and_runbook(receivers: Receivers) -> None:
    [mail] = _until(lambda: receivers.mail.received)
    assert (mail.user, mail.password, mail.sender) == ("alerts", PASSWORD, "gpu-cluster@example.com")
    assert mail.to == ["a@example.com", "b@example.com"]
    assert "GpuNeedsReplacement" in mail.subject
    assert "Run `nvidia-bug-report.sh` before the reboot" in " ".join(mail.text.split())


def test_webhook_receives_labels_and_runbook(receivers: Receivers) -> None:
    [posted] = _until(lambda: receivers.posted)
    [alert] = posted["alerts"]
    assert (alert["status"], alert["labels"]["severity"]) == ("firing", "critical")
    assert alert["annotations"]["runbook"] == RULE["annotations"]["runbook"]


def test_topic_receives_labels_and_runbook(receivers: Receivers) -> None:
    [received] = _until(lambda: receivers.queue.receive_messages())
    message = json.loads(received.body)
    assert "GpuNeedsReplacement" in message["Subject"]
    assert RULE["annotations"]["runbook"] in message["Message"]


STACKS = [path for path in HAPPY if load(path).telemetry.alerts.sent]


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_alertmanager_accepts_the_configuration_of_a_stack(path: Path, tmp_path: Path) -> None:
    with alertmanager(tmp_path, alertmanager_config(load(path).telemetry.alerts), {}):
        pass


def test_invalid_configuration_is_refused(tmp_path: Path) -> None:
    settings = AlertSettings.model_validate({"webhook": True, "secret": "alert-secrets"})
    config = alertmanager_config(settings).replace("url_file", "url_fil")
    with (
        pytest.raises(AssertionError, match="field url_fil not found"),
        alertmanager(tmp_path, config, {}),
    ):
        pass
