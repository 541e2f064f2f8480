"""Rules for exposure outside the cluster: allow list and TLS."""

from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase

from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.pod_templates import POD_KINDS
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, Subjects, subjects
from gpu_cluster_policies.rule import Level, Rule, Violation, rule, stack_rule

_ALB = "alb.ingress.kubernetes.io"
_NLB = "service.beta.kubernetes.io/aws-load-balancer"
_LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
_ENCRYPTED = ("HTTPS", "TLS")
_ROUTES = ("HTTPRoute", "GRPCRoute")
_LOAD_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_SNIPPET = "-snippet"
_WAYS = ("apiKeyAuth", "basicAuth", "extAuth", "jwt", "oidc")
"""Authentication keys of a SecurityPolicy of Envoy Gateway v1.6.0 (api/v1alpha1/securitypolicy_types.go,
2026-11-30)."""

_INTERNAL = {
    f"{_NLB}-scheme": "internal",
    f"{_NLB}-internal": "true",
    "networking.gke.io/load-balancer-type": "Internal",
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
}
"""Annotations of internal load balancers (Kubernetes, Internal load balancer, 2026-11-30)."""


class _Exposing:
    """Kinds that may expose Services, also by their operators."""

    def __contains__(self, kind: object) -> bool:
        known = ("Service", "Ingress", "EnvoyProxy", "Gateway", *_ROUTES, *_LOAD_BALANCERS)
        return kind in known or kind in POD_KINDS


_exposing: Subjects[Resource] = Subjects(_Exposing(), lambda resource: (resource,))


def no_exposed_services(listed: Collection[str]) -> Rule:
    """Rule with the allowed exposed objects, by `namespace/name`."""

    @stack_rule(
        69,
        "no-exposed-services",
        "Services are not exposed outside of the cluster unless they are listed",
        of=_exposing,
        level=Level.PRODUCTION,
        references="pulumi compliance-policies; gatekeeper block-loadbalancer-services; "
        "gatekeeper block-nodeport-services; gatekeeper externalip; kyverno restrict-nodeport",
        fix="remove type of the Service: models are called in the cluster from the namespaces of "
        "gpu-cluster:serving.clients, or through gpu-cluster:gateway with API keys; list "
        "intentionally exposed objects in exposedServices of policies/settings.yaml",
    )
    def judge(resource: Resource, inventory: Inventory) -> Iterator[Violation]:
        """A load balancer exposes a model server, which has no authentication, to other networks."""
        if any(fnmatchcase(f"{resource.namespace}/{resource.name}", pattern) for pattern in listed):
            return
        match resource.kind:
            case "Service":
                yield from _service(resource)
            case kind if kind in _LOAD_BALANCERS:
                internal = resource.at("internal")
                if internal.value is not True and resource.at("loadBalancerType").text != "gateway":
                    yield Violation(internal, "true")
            case "Ingress":
                yield from _ingress_opening(resource)
            case "EnvoyProxy":
                service = resource.at("spec", "provider", "kubernetes", "envoyService")
                if service.at("type").text == "NodePort":
                    yield Violation(service.at("type"), "ClusterIP, or an internal LoadBalancer")
                elif service.at("type").text != "ClusterIP":
                    yield from _public(service.at("annotations"))
            case "Gateway":
                infrastructure = resource.at("spec", "infrastructure")
                if infrastructure.at("parametersRef", "kind").text != "EnvoyProxy":
                    yield from _public(infrastructure.at("annotations"))
            case kind if kind in _ROUTES:
                yield from _open_route(resource, inventory)
            case _:
                for service in resource.templates.services:
                    yield Violation(service, "ClusterIP")

    return judge


def _service(service: Resource) -> Iterator[Violation]:
    kind = service.at("spec", "type")
    if kind.text in ("LoadBalancer", "NodePort"):
        yield Violation(kind, "ClusterIP")
    addresses = service.at("spec", "externalIPs")
    if addresses.value:
        yield Violation(addresses, "not set")


def _ingress_opening(ingress: Resource) -> Iterator[Violation]:
    """A public load balancer, and annotations with which a controller runs text as its configuration."""
    scheme = _annotations(ingress).at(f"{_ALB}/scheme")
    if scheme.text == "internet-facing":
        yield Violation(scheme, "internal")
    for name, annotation in _annotations(ingress).entries():
        if name.endswith(_SNIPPET) and annotation.text:
            yield Violation(annotation, "not set, because the controller runs it")


def _public(annotations: Property) -> Iterator[Violation]:
    """Load balancers without an annotation for internal ones."""
    scheme = annotations.at(f"{_NLB}-scheme")
    internal = any(annotations.at(name).text == value for name, value in _INTERNAL.items())
    if scheme.text == "internet-facing" or not internal:
        yield Violation(scheme, "internal")


def _open_route(route: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Gateway routes without a SecurityPolicy on the route or its Gateway."""
    parents = [it for it in route.at("spec", "parentRefs").items() if it.at("kind").text in ("", "Gateway")]
    guarded = [(route.kind, route.name, route.namespace)]
    guarded += [("Gateway", it.at("name").text, it.at("namespace").text or route.namespace) for it in parents]
    if parents and not any(_guarded(*target, inventory) for target in guarded):
        missing = route.missing("SecurityPolicy")
        yield Violation(
            missing, "a policy with API keys or tokens, for the route or its Gateway", actual="missing"
        )


def _guarded(kind: str, name: str, namespace: str, inventory: Inventory) -> bool:
    for policy in inventory.of("SecurityPolicy", namespace):
        targets = [*policy.at("spec", "targetRefs").items(), policy.at("spec", "targetRef")]
        named = any((it.at("kind").text, it.at("name").text) == (kind, name) for it in targets)
        if named and any(policy.at("spec", way).value for way in _WAYS):
            return True
    return False


@subjects("Ingress", "Gateway", "ListenerSet", "Service", *_LISTENERS)
def _entrances(resource: Resource) -> Iterable[Resource]:
    """Resources that accept external connections and may terminate TLS."""
    inside = resource.kind == "Service" and resource.at("spec", "type").text != "LoadBalancer"
    return () if inside else (resource,)


@rule(
    70,
    "tls-at-entrances",
    "Load balancers, gateways and ingresses require TLS",
    of=_entrances,
    level=Level.PRODUCTION,
    references="CIS 5.4.5; C-0263; kyverno require-ingress-https; gatekeeper httpsonly",
    fix="for an Ingress, set tls with all hosts, or the ALB annotations certificate-arn and "
    "ssl-redirect; for a Service, set the NLB annotation ssl-cert; for gpu-cluster:gateway, set tls "
    "instead of http",
)
def tls_at_entrances(entrance: Resource) -> Iterator[Violation]:
    """Prompts and answers are confidential, and plain HTTP can be read on the network path."""
    match entrance.kind:
        case "Ingress":
            yield from _ingress(entrance)
        case "Gateway" | "ListenerSet":
            for listener in entrance.at("spec", "listeners").items():
                protocol = listener.at("protocol")
                if protocol.text not in _ENCRYPTED and not _ends_before(entrance):
                    yield Violation(protocol, "HTTPS or TLS")
        case "Service":
            certificate = _annotations(entrance).at(f"{_NLB}-ssl-cert")
            if not certificate.value:
                yield Violation(certificate, "the ARN of a certificate")
        case _:
            yield from _listener(entrance)


def _ends_before(gateway: Resource) -> bool:
    """Whether an AWS load balancer in front of the Gateway terminates TLS."""
    return bool(gateway.at("spec", "infrastructure", "annotations", f"{_NLB}-ssl-cert").value)


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
    """Load balancer listeners; an HTTP listener may only redirect."""
    protocol = listener.at("protocol")
    if protocol.text in _ENCRYPTED:
        return
    actions = list(listener.at("defaultActions").items())
    if not actions or any(action.at("redirect", "protocol").text != "HTTPS" for action in actions):
        yield Violation(protocol, "HTTPS or TLS, or HTTP that only redirects to HTTPS")


def _annotations(resource: Resource) -> Property:
    return resource.at("metadata", "annotations")


def _covers(name: str, host: str) -> bool:
    """Whether a certificate name matches the host; a wildcard matches one label."""
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host
