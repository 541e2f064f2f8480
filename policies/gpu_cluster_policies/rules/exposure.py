"""Rules for what can be reached from outside of the cluster: that it is meant to be, and encrypted."""

from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase

from gpu_cluster_policies.property import Property
from gpu_cluster_policies.resource import Resource, each, subjects
from gpu_cluster_policies.rule import Level, Rule, Violation, rule

_ALB = "alb.ingress.kubernetes.io"
_NLB = "service.beta.kubernetes.io/aws-load-balancer"
_LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
_ENCRYPTED = ("HTTPS", "TLS")


def no_exposed_services(listed: Collection[str]) -> Rule:
    """The rule where these services, by `namespace/name`, are meant to be reached from outside."""

    @rule(
        69,
        "no-exposed-services",
        "Services are not exposed outside of the cluster unless they are listed",
        of=each("Service"),
        level=Level.PRODUCTION,
        references="pulumi compliance-policies; gatekeeper block-loadbalancer-services; "
        "gatekeeper block-nodeport-services; gatekeeper externalip; kyverno restrict-nodeport",
        fix="leave type out: a model is called inside of the cluster, by the namespaces of "
        "gpu-cluster:serving.clients; list one that is meant to be open in exposedServices of "
        "policies/settings.yaml",
    )
    def judge(service: Resource) -> Iterator[Violation]:
        """A load balancer puts a model server, which asks for no password, on the network of others."""
        if any(fnmatchcase(f"{service.namespace}/{service.name}", pattern) for pattern in listed):
            return
        kind = service.at("spec", "type")
        if kind.text in ("LoadBalancer", "NodePort"):
            yield Violation(kind, "ClusterIP")
        addresses = service.at("spec", "externalIPs")
        if addresses.value:
            yield Violation(addresses, "not set")

    return judge


@subjects("Ingress", "Gateway", "Service", *_LISTENERS)
def _entrances(resource: Resource) -> Iterable[Resource]:
    """Resources that take in connections from outside, and may end their encryption."""
    inside = resource.kind == "Service" and resource.at("spec", "type").text != "LoadBalancer"
    return () if inside else (resource,)


@rule(
    70,
    "tls-at-entrances",
    "Load balancers, gateways and ingresses require TLS",
    of=_entrances,
    level=Level.PRODUCTION,
    references="CIS 5.4.5; C-0263; kyverno require-ingress-https; gatekeeper httpsonly",
    fix="give an Ingress tls with all of its hosts, or the ALB's certificate-arn and ssl-redirect; "
    "give a Service the NLB's ssl-cert; the models of gpu-cluster:serving have none of them",
)
def tls_at_entrances(entrance: Resource) -> Iterator[Violation]:
    """Prompts and answers are what a company keeps to itself, and anybody on the way could read them."""
    match entrance.kind:
        case "Ingress":
            yield from _ingress(entrance)
        case "Gateway":
            for listener in entrance.at("spec", "listeners").items():
                protocol = listener.at("protocol")
                if protocol.text not in _ENCRYPTED:
                    yield Violation(protocol, "HTTPS or TLS")
        case "Service":
            certificate = _annotations(entrance).at(f"{_NLB}-ssl-cert")
            if not certificate.value:
                yield Violation(certificate, "the ARN of a certificate")
        case _:
            yield from _listener(entrance)


def _ingress(ingress: Resource) -> Iterator[Violation]:
    annotations = _annotations(ingress)
    if (
        ingress.at("spec", "ingressClassName").text == "alb"
        or annotations.at(f"{_ALB}/certificate-arn").value
    ):
        for needed, what in (("certificate-arn", "the ARN of a certificate"), ("ssl-redirect", '"443"')):
            annotation = annotations.at(f"{_ALB}/{needed}")
            if not annotation.value:
                yield Violation(annotation, what)
        return
    tls = ingress.at("spec", "tls")
    covered = {host.text for entry in tls.items() for host in entry.at("hosts").items()}
    if not tls.value:
        yield Violation(tls, "a secret with a certificate for every host")
        return
    for route in ingress.at("spec", "rules").items():
        host = route.at("host")
        if not any(_covers(name, host.text) for name in covered):
            yield Violation(host, "among the hosts of spec.tls")


def _listener(listener: Resource) -> Iterator[Violation]:
    """A listener of a load balancer; one for HTTP may only send its callers to another."""
    protocol = listener.at("protocol")
    if protocol.text in _ENCRYPTED:
        return
    actions = list(listener.at("defaultActions").items())
    if not actions or any(action.at("redirect", "protocol").text != "HTTPS" for action in actions):
        yield Violation(protocol, "HTTPS or TLS, or HTTP that only redirects to HTTPS")


def _annotations(resource: Resource) -> Property:
    return resource.at("metadata", "annotations")


def _covers(name: str, host: str) -> bool:
    """Whether a certificate for this name is one for the host; a wildcard stands for one label."""
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host
