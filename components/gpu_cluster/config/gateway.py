"""`gpu-cluster:gateway`: the way to models from outside of the cluster, by the Gateway API."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, PositiveInt, model_validator

from gpu_cluster.config.cidr import Cidr
from gpu_cluster.config.containers import ObjectName
from gpu_cluster.config.flag import Flag
from gpu_cluster.config.names import Name, Namespace, NonBlank
from gpu_cluster.config.pattern import Pattern
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.settings import Settings

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
    Pattern(r"/|(/[A-Za-z0-9._~-]+)+", "a path such as /chat, without a slash at its end, or / for all"),
]

CertificateArn = Annotated[
    str,
    Pattern(
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[-\w]+",
        "the ARN of a certificate of ACM, such as "
        "arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    ),
]

Weight = Annotated[int, Field(ge=0, le=1_000_000)]
"""Relative to the other weights of a route; the Gateway API takes 0 to 1000000."""


class GatewayTls(Settings):
    """Where the certificate of the host comes from; one of the three."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["secret"]}, {"required": ["issuer"]}, {"required": ["certificate"]}]
        }
    )

    secret: ObjectName | None = None
    """Secret kubernetes.io/tls in gateway-system, which someone else fills. Default: none."""

    issuer: ObjectName | None = None
    """ClusterIssuer of cert-manager, which the cluster has. Default: none."""

    certificate: CertificateArn | None = None
    """Certificate of ACM, by ARN; the load balancer ends the encryption; only with eks. Default: none."""

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        given = [key for key in ("secret", "issuer", "certificate") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(
                f"{' and '.join(given)} each give a certificate; keep one"
                if given
                else "needs secret, issuer or certificate, where the certificate comes from"
            )
        return self


class RouteSettings(Settings):
    """Where requests to one path or host name go."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["models"]}, {"required": ["services"]}]}
    )

    models: dict[Name, Weight] = Field(default={})
    """Models and their weights: `{chat: 90, next: 10}` sends every tenth request to next. Default: none."""

    services: dict[Name, Weight] = Field(default={})
    """Services of a team and their weights, in place of models; only in a team's file. Default: none."""

    path: RoutePath | None = None
    """Path, which is cut off before a model sees it. Default: the route's name; / below a wildcard host."""

    host: Host | None = None
    """Host name, below a wildcard host of the gateway. Default: the route's name in place of the wildcard."""

    requests_per_minute: PositiveInt | None = None
    """Requests a minute of each consumer through each replica of Envoy. Default: that of the gateway."""

    @model_validator(mode="after")
    def _to_someone(self) -> Self:
        weights = {**self.models, **self.services}
        if bool(self.models) == bool(self.services):
            raise ValueError("needs models or services, and not both: where its requests go")
        if not any(weights.values()):
            raise ValueError("needs a weight above 0: no request would go anywhere")
        return self


class RoutedSettings(Settings):
    """Routes, and the keys that open them."""

    keys: dict[Name, Secret] = Field(default={})
    """API keys by the name of their consumer, Pulumi secrets. Default: none, routes open to all."""

    routes: dict[Name, RouteSettings] = Field(default={})
    """Routes by name. Default: one for each model."""

    requests_per_minute: PositiveInt | None = None
    """Requests a minute of each consumer and route through each replica of Envoy. Default: no limit."""

    timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Minutes that an answer may take, streamed or not. Default: 60."""


class GatewaySettings(RoutedSettings):
    """The way to models from outside of the cluster, by the Gateway API."""

    host: Host
    """Host name of all routes, or a wildcard such as *.models.example.com, one name for each route."""

    tls: GatewayTls | None = None
    """Certificate of the host; required unless http is true. Default: none."""

    http: Flag = False
    """Serve plain HTTP without a certificate; an error with production. Default: false."""

    class_name: ObjectName | None = Field(default=None, alias="class")
    """GatewayClass that the cluster has. Default: Envoy Gateway, installed by the platform."""

    envoy_gateway: Flag = False
    """Whether that class is one of Envoy Gateway, which alone knows keys and limits. Default: false."""

    proxies: Namespace | None = None
    """Namespace of the proxies of that class, which models let in. Default: gateway-system."""

    api_installed: Flag = False
    """Whether the cluster has the kinds of the Gateway API already; with class it must. Default: false."""

    internet: Flag = False
    """Whether the load balancer has a public address; needs sourceRanges. Default: false."""

    source_ranges: list[Cidr] = Field(default=[])
    """Ranges of addresses that may call. Default: private ones, 10/8, 100.64/10, 172.16/12, 192.168/16."""

    annotations: dict[NonBlank, str] = Field(default={})
    """Annotations of the load balancer's Service, beside those for AWS. Default: none."""

    replicas: Annotated[int, Field(ge=1, le=20)] = 2
    """Replicas of Envoy. Default: 2."""

    @property
    def is_installed(self) -> bool:
        """Whether the platform installs Envoy Gateway."""
        return self.class_name is None

    @property
    def has_policies(self) -> bool:
        """Whether Envoy Gateway serves the class, which enforces keys and limits."""
        return self.is_installed or self.envoy_gateway

    @property
    def is_wildcard(self) -> bool:
        return self.host.startswith("*.")

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.tls and self.http:
            raise ValueError("http is for a gateway without a certificate; remove it or tls")
        if not (self.tls or self.http):
            raise ValueError("needs tls, the certificate of the host, or http: true for plain HTTP")
        return self

    @model_validator(mode="after")
    def _of_its_class(self) -> Self:
        if self.is_installed and (self.envoy_gateway or self.proxies):
            raise ValueError("envoyGateway and proxies say more of class, which is not set; remove them")
        if self.internet and not self.source_ranges:
            raise ValueError("internet needs sourceRanges, who may call from there, such as 203.0.113.0/24")
        return self
