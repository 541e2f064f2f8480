"""`gpu-cluster:gateway`: access to models from outside the cluster, with the Gateway API."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.cidr import Cidr
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.partition import ARN
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.section import Settings

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"

Host = Annotated[
    str,
    Pattern(
        rf"(?=.{{1,253}}$)(\*\.)?{_LABEL}(\.{_LABEL})+",
        "a host name such as models.example.com, or *.models.example.com for one name for each route",
    ),
]

RoutePath = Annotated[
    str,
    Pattern(r"/|(/[A-Za-z0-9._~-]+)+", "a path such as /chat without a trailing slash, or / for all"),
]

CertificateArn = Annotated[
    str,
    Pattern(
        rf"{ARN}:acm:[a-z0-9-]+:\d{{12}}:certificate/[-\w]+",
        "the ARN of an ACM certificate, such as "
        "arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    ),
]

Weight = Annotated[int, Field(ge=0, le=1_000_000)]
"""Weight relative to others of the route, 0 to 1000000 in the Gateway API."""


class GatewayTls(Settings):
    """Source of the TLS certificate; exactly one of secret, issuer and certificate."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["secret"]}, {"required": ["issuer"]}, {"required": ["certificate"]}]
        }
    )

    secret: ObjectName | None = None
    """Existing Secret of type kubernetes.io/tls in namespace gateway-system. Default: none."""

    issuer: ObjectName | None = None
    """Existing ClusterIssuer of cert-manager. Default: none."""

    certificate: CertificateArn | None = None
    """ARN of an ACM certificate; TLS ends at the load balancer; only with eks. Default: none."""

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        given = [key for key in ("secret", "issuer", "certificate") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(
                f"expected exactly one of secret, issuer and certificate, got {' and '.join(given)}"
                if given
                else "expected exactly one of secret, issuer and certificate, got none"
            )
        return self


TokenLimit = Annotated[int, Field(ge=1, le=4_294_967_295)]
"""Tokens in a minute; the rate limit service counts in 32 bits."""


class ConsumerLimits(Settings):
    """Limits of one consumer."""

    requests_per_minute: PositiveInt | None = None
    """Requests per minute per route and Envoy replica. Default: the route's limit."""

    tokens_per_minute: TokenLimit | None = None
    """Tokens per minute per route, prompt and answer. Default: the route's limit."""


class RouteSettings(Settings):
    """Route of one path or host name."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["models"]}, {"required": ["services"]}]}
    )

    models: dict[Name, Weight] = Field(default={})
    """Models by weight: `{chat: 90, next: 10}` sends 10% of requests to next. Default: none."""

    services: dict[Name, Weight] = Field(default={})
    """Services by weight, instead of models; only in a team's file. Default: none."""

    path: RoutePath | None = None
    """Path prefix, removed before the model. Default: the route's name; / with a wildcard host."""

    host: Host | None = None
    """Host name below the gateway's wildcard host. Default: the wildcard replaced by the route's name."""

    requests_per_minute: PositiveInt | None = None
    """Requests per minute per consumer and Envoy replica. Default: the gateway's limit."""

    tokens_per_minute: TokenLimit | None = None
    """Tokens per minute per consumer, prompt and answer. Default: the gateway's limit."""

    @model_validator(mode="after")
    def _to_someone(self) -> Self:
        weights = {**self.models, **self.services}
        if bool(self.models) == bool(self.services):
            raise ValueError("expected exactly one of models and services")
        if not any(weights.values()):
            raise ValueError("expected at least one weight above 0; no backend would receive requests")
        return self


class RoutedSettings(Settings):
    """Routes and their API keys."""

    keys: dict[Name, Secret] = Field(default={})
    """API keys by name of the consumer, as Pulumi secrets. Default: none, no authentication."""

    routes: dict[Name, RouteSettings] = Field(default={})
    """Routes by name. Default: one for each model."""

    requests_per_minute: PositiveInt | None = None
    """Requests per minute per consumer, route and Envoy replica. Default: no limit."""

    tokens_per_minute: TokenLimit | None = None
    """Tokens per minute per consumer and route, prompt and answer. Default: no limit."""

    limits: dict[Name, ConsumerLimits] = Field(default={})
    """Limits of single consumers on every route, instead of those above. Default: none."""

    timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Request timeout in minutes, including streamed responses. Default: 60."""

    @property
    def counts_tokens(self) -> bool:
        """Whether a token limit is set, for which a rate limit service adds up the tokens."""
        limits = (self, *self.routes.values(), *self.limits.values())
        return any(it.tokens_per_minute for it in limits)


class GatewaySettings(RoutedSettings):
    """Access to models from outside the cluster, with the Gateway API."""

    host: Host
    """Host name of all routes, or a wildcard for one per route, such as *.models.example.com."""

    tls: GatewayTls | None = None
    """TLS certificate of the host; required unless http is true. Default: none."""

    http: Flag = False
    """Serve plain HTTP without a certificate; not allowed with production. Default: false."""

    class_name: ObjectName | None = Field(default=None, alias="class")
    """Existing GatewayClass. Default: Envoy Gateway, installed by the platform."""

    envoy_gateway: Flag = False
    """Set if the class is of Envoy Gateway; API keys and rate limits require it. Default: false."""

    proxies: Namespace | None = None
    """Namespace of the proxies of the class, allowed to call models. Default: gateway-system."""

    api_installed: Flag = False
    """Set if the Gateway API CRDs are installed; required with class. Default: false."""

    internet: Flag = False
    """Create an internet-facing load balancer; requires sourceRanges. Default: false."""

    source_ranges: list[Cidr] = Field(default=[])
    """CIDR ranges of allowed clients. Default: private ones, 10/8, 100.64/10, 172.16/12, 192.168/16."""

    annotations: dict[NonBlank, str] = Field(default={})
    """Additional annotations of the load balancer's Service. Default: none."""

    replicas: Annotated[int, Field(ge=1, le=20)] = 2
    """Envoy replicas. Default: 2."""

    pool: Name | None = None
    """Pool for the pods of Envoy Gateway and Envoy. Default: nodes without taints."""

    @property
    def is_installed(self) -> bool:
        """Whether the platform installs Envoy Gateway."""
        return self.class_name is None

    @property
    def has_policies(self) -> bool:
        """Whether Envoy Gateway serves the class and enforces API keys and rate limits."""
        return self.is_installed or self.envoy_gateway

    @property
    def is_wildcard(self) -> bool:
        return self.host.startswith("*.")

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.tls and self.http:
            raise ValueError("http and tls exclude each other; remove one")
        if not (self.tls or self.http):
            raise ValueError("expected tls with a certificate, or http: true for plain HTTP")
        return self

    @model_validator(mode="after")
    def _of_its_class(self) -> Self:
        if self.is_installed and (self.envoy_gateway or self.proxies):
            raise ValueError("envoyGateway and proxies require class; set class or remove them")
        if self.internet and not self.source_ranges:
            raise ValueError(
                "internet requires sourceRanges with the allowed clients, such as 203.0.113.0/24"
            )
        return self
