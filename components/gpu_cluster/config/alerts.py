"""`alerts` of `gpu-cluster:telemetry`: receivers of Alertmanager."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.budget import Email
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.section import Settings

ALERTMANAGER = "alertmanager"


class Mail(Settings):
    """E-mail receiver; the mail server must support TLS."""

    to: Annotated[frozenset[Email], Field(min_length=1)]
    """Recipient addresses."""

    sender: Email
    """Sender address."""

    server: Annotated[
        str, Pattern(r"[a-z0-9][-a-z0-9.]*:\d{1,5}", "host and port, such as smtp.example.com:587")
    ]
    """Host and port of the mail server."""

    user: NonBlank | None = None
    """User name on the mail server; its password is key mail-password of secret. Default: none."""


class Topic(Settings):
    """Amazon SNS topic."""

    topic: Annotated[
        str,
        Pattern(
            rf"{ARN}:sns:[a-z0-9-]+:\d{{12}}:[-\w]{{1,256}}",
            "the ARN of a topic, such as arn:aws:sns:eu-central-1:123456789012:alerts",
        ),
    ]
    """ARN of the topic."""


class AlertSettings(Settings):
    """Receivers of alerts from Alertmanager."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["webhook"], "properties": {"webhook": {"const": True}}},
            "then": {"required": ["secret"]},
        }
    )

    mail: Mail | None = None
    """E-mail receiver. Default: none."""

    sns: Topic | None = None
    """Amazon SNS topic; only with provider eks. Default: none."""

    webhook: Flag = False
    """Send alerts to the URL in key webhook-url of secret. Default: false."""

    secret: ObjectName | None = None
    """Secret in namespace telemetry with keys mail-password and webhook-url. Default: none."""

    runbooks: (
        Annotated[
            str, Pattern(r"https?://[^\s#]+", "a URL such as https://docs.example.com/gpu-cluster/alerts.md")
        ]
        | None
    ) = None
    """URL of a page with the runbooks, to which alerts link. Default: none; alerts carry the text."""

    @property
    def sent(self) -> bool:
        """Whether any receiver is set; Alertmanager runs only then."""
        return bool(self.mail or self.sns or self.webhook)

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        if not self.secret and (self.webhook or (self.mail and self.mail.user)):
            raise ValueError(
                "needs secret, a Secret with the keys mail-password and webhook-url as they are used"
            )
        return self
