from typing import Any

import yaml

from gpu_cluster.config import AlertSettings
from gpu_cluster.kubernetes.telemetry import alertmanager_config
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS
from tests.unit.platforms import shared_platform_of

MAIL = {"to": ["b@example.com", "a@example.com"], "sender": "c@example.com", "server": "smtp.example.com:587"}


def receiver(**settings: Any) -> dict[str, Any]:
    config = yaml.safe_load(alertmanager_config(AlertSettings.model_validate(settings)))
    [found] = config["receivers"]
    assert config["route"]["receiver"] == found["name"]
    return found


def test_mail_password_is_read_from_a_file() -> None:
    [mail] = receiver(mail={**MAIL, "user": "alerts"}, secret="s")["email_configs"]
    assert mail["to"] == "a@example.com, b@example.com"
    assert mail["auth_password_file"] == "/etc/alertmanager-secrets/mail-password"


def test_sns_receiver_signs_for_the_region_of_the_topic() -> None:
    [sns] = receiver(sns={"topic": "arn:aws:sns:eu-central-1:123456789012:alerts"})["sns_configs"]
    assert sns["sigv4"] == {"region": "eu-central-1"}


def test_webhook_url_is_read_from_a_file() -> None:
    assert receiver(webhook=True, secret="s")["webhook_configs"] == [
        {"url_file": "/etc/alertmanager-secrets/webhook-url"}
    ]


def test_alertmanager_is_deployed_with_secret_role_and_egress() -> None:
    graph = shared_platform_of(load(STACKS / "happy/telemetry-alerts.yaml"))[0]
    [server] = [it for it in graph.of("Deployment") if it["metadata.name"] == "alertmanager"]
    assert server["metadata.annotations"]["pulumi.com/skipAwait"] == "true"  # its Secret is created later
    volumes = {it["name"]: it for it in server["spec.template.spec.volumes"]}
    assert volumes["secrets"]["secret"] == {"secretName": "alert-secrets"}
    [config] = [it["data"] for it in graph.of("ConfigMap") if it["metadata.name"] == "prometheus"]
    assert "alertmanager:9093" in config["prometheus.yml"]
    [role] = [it["policy"] for it in graph.of("RolePolicy") if "sns:Publish" in str(it["policy"])]
    assert "arn:aws:sns:eu-central-1:123456789012:alerts" in role
    ports = {
        it["spec.egress"][0]["ports"][0]["port"]
        for it in graph.of("NetworkPolicy")
        if it["metadata.namespace"] == "telemetry" and it["metadata.name"].startswith("allow-api")
    }
    assert 587 in ports
