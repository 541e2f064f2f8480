"""Rule for extensions of the API server: aggregated APIs, webhooks and conversions."""

from collections.abc import Iterator

from gpu_cluster.catalog.kubernetes_kinds import BUILT_IN_KINDS
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.rule import Level, Violation, rule

_SERVICE = "APIService"
_DEFINITION = "CustomResourceDefinition"
_WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


@rule(
    111,
    "api-extensions",
    "Extensions of the API server are Services of the cluster, verified by TLS",
    of=each(_SERVICE, _DEFINITION, *_WEBHOOKS),
    level=Level.MANDATORY,
    references="Kubernetes: configure the aggregation layer; "
    "Kubernetes: dynamic admission control, contacting the webhook",
    fix="set caBundle instead of insecureSkipTLSVerify, and clientConfig.service instead of a URL",
)
def api_extensions(extension: Resource) -> Iterator[Violation]:
    """The API server sends these servers requests of all users, with objects such as Secrets in them."""
    if extension.kind == _SERVICE:
        skips = extension.at("spec", "insecureSkipTLSVerify")
        if skips.value not in (None, False):
            yield Violation(skips, "not set, with a caBundle")
        group = extension.at("spec", "group")
        if extension.at("spec", "service").value is not None and group.text in BUILT_IN_KINDS:
            yield Violation(group, "a group that is not one of Kubernetes", actual=group.shown)
        return
    if extension.kind == _DEFINITION:
        clients = [extension.at("spec", "conversion", "webhook", "clientConfig")]
    else:
        clients = [webhook.at("clientConfig") for webhook in extension.at("webhooks").items()]
    for client in clients:
        url = client.at("url")
        if url.value is not None:
            yield Violation(url, "a service of the cluster")
