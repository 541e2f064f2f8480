"""Webhooks of the LeaderWorkerSet controller: defaults of the kind, and the identity of each pod of a group.

Source: charts/lws/templates/webhook/webhook.yaml of kubernetes-sigs/lws v0.7.0, 2026-11-29.
"""

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission
from pulumi_kubernetes.meta import v1 as meta

from gpu_cluster.kubernetes.lws.definition import GROUP, PLURAL
from gpu_cluster.kubernetes.object_metadata import metadata

MUTATING, VALIDATING = "lws-mutating-webhook-configuration", "lws-validating-webhook-configuration"
SERVICE = "lws-webhook-service"
"""Names that the controller itself looks for (pkg/cert/cert.go, api/config/v1alpha1/defaults.go)."""

_SET_PATH, _POD_PATH = "leaderworkerset-x-k8s-io-v1-leaderworkerset", "-v1-pod"
_OF_GROUPS = meta.LabelSelectorArgs(
    match_expressions=[
        meta.LabelSelectorRequirementArgs(key="leaderworkerset.sigs.k8s.io/name", operator="Exists")
    ]
)


def webhooks(name: str, namespace: str, *, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Webhook configurations; the controller adds the CA of its certificate. Only pods of groups wait for the
    webhook."""
    return [
        admission.MutatingWebhookConfiguration(
            f"{name}-defaults",
            metadata=metadata(MUTATING),
            webhooks=[
                admission.MutatingWebhookArgs(
                    name="mleaderworkerset.kb.io",
                    rules=[_rule(GROUP, PLURAL, "CREATE", "UPDATE")],
                    client_config=_to(namespace, f"/mutate-{_SET_PATH}"),
                    admission_review_versions=["v1"],
                    failure_policy="Fail",
                    side_effects="None",
                ),
                admission.MutatingWebhookArgs(
                    name="mpod.kb.io",
                    rules=[_rule("", "pods", "CREATE")],
                    object_selector=_OF_GROUPS,
                    client_config=_to(namespace, f"/mutate-{_POD_PATH}"),
                    admission_review_versions=["v1"],
                    failure_policy="Fail",
                    side_effects="None",
                ),
            ],
            opts=opts,
        ),
        admission.ValidatingWebhookConfiguration(
            f"{name}-validation",
            metadata=metadata(VALIDATING),
            webhooks=[
                admission.ValidatingWebhookArgs(
                    name="vleaderworkerset.kb.io",
                    rules=[_rule(GROUP, PLURAL, "CREATE", "UPDATE")],
                    client_config=_to(namespace, f"/validate-{_SET_PATH}"),
                    admission_review_versions=["v1"],
                    failure_policy="Fail",
                    side_effects="None",
                )
            ],
            opts=opts,
        ),
    ]


def _rule(group: str, resource: str, *operations: str) -> admission.RuleWithOperationsArgs:
    return admission.RuleWithOperationsArgs(
        api_groups=[group], api_versions=["v1"], resources=[resource], operations=list(operations)
    )


def _to(namespace: str, path: str) -> admission.WebhookClientConfigArgs:
    return admission.WebhookClientConfigArgs(
        service=admission.ServiceReferenceArgs(name=SERVICE, namespace=namespace, path=path)
    )
