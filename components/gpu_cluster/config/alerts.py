"""`alerts` of `gpu-cluster:telemetry`: where Alertmanager sends them."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.budget import Email
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.settings import Settings

ALERTMANAGER = "alertmanager"


class Mail(Settings):
    """Mail by a server that takes it with TLS."""

    to: Annotated[frozenset[Email], Field(min_length=1)]
    """Addresses that get mail."""

    sender: Email
    """Address that it is from."""

    server: Annotated[
        str, Pattern(r"[a-z0-9][-a-z0-9.]*:\d{1,5}", "host and port, such as smtp.example.com:587")
    ]
    """Host and port of the mail server."""

    user: NonBlank | None = None
    """User of the mail server, whose password is the key mail-password of secret. Default: none."""


class Topic(Settings):
    """A topic of Amazon SNS."""

    topic: Annotated[
        str,
        Pattern(
            r"arn:aws:sns:[a-z0-9-]+:\d{12}:[-\w]{1,256}",
            "the ARN of a topic, such as arn:aws:sns:eu-central-1:123456789012:alerts",
        ),
    ]
    """ARN of the topic."""


class AlertSettings(Settings):
    """Receivers of the alerts that Alertmanager sends."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["webhook"], "properties": {"webhook": {"const": True}}},
            "then": {"required": ["secret"]},
        }
    )

    mail: Mail | None = None
    """Mail. Default: none."""

    sns: Topic | None = None
    """A topic of Amazon SNS; only with provider eks. Default: none."""

    webhook: Flag = False
    """Whether they go to the address that the key webhook-url of secret has. Default: false."""

    secret: ObjectName | None = None
    """Secret in the namespace telemetry with mail-password and webhook-url. Default: none."""

    runbooks: NonBlank = "docs/alerts.md"
    """Address of the page of runbooks, which each alert links to. Default: docs/alerts.md."""

    @property
    def sent(self) -> bool:
        """Whether alerts go anywhere, so that Alertmanager runs."""
        return bool(self.mail or self.sns or self.webhook)

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        if not self.secret and (self.webhook or (self.mail and self.mail.user)):
            raise ValueError(
                "needs secret, a Secret with the keys mail-password and webhook-url as they are used"
            )
        return self
