"""A dozen objects in a namespace of the stack's name, one of which takes its time."""

import os

import pulumi
import pulumi_kubernetes as kubernetes

settings = pulumi.Config()
words = settings.get("words") or "first"
stack = pulumi.get_stack()

provider = kubernetes.Provider("cluster", kubeconfig=os.environ["TEST_KUBECONFIG"])
namespace = kubernetes.core.v1.Namespace(
    "namespace", metadata={"name": stack}, opts=pulumi.ResourceOptions(provider=provider)
)
kubernetes.storage.v1.StorageClass(
    "class",
    metadata={"name": stack},
    provisioner="kubernetes.io/host-path",
    opts=pulumi.ResourceOptions(provider=provider),
)
inside = pulumi.ResourceOptions(provider=provider, depends_on=[namespace])
previous: list[pulumi.Resource] = []
for number in range(6):  # one after the other, so that every moment between two of them can be hit
    config_map = kubernetes.core.v1.ConfigMap(
        f"map-{number}",
        metadata={"name": f"map-{number}", "namespace": stack},
        data={"words": words},
        opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=previous)),
    )
    previous = [config_map]
kubernetes.core.v1.Secret(
    "secret",
    metadata={"name": "secret", "namespace": settings.get("home") or stack},
    string_data={"words": pulumi.Output.secret(words)},
    opts=inside,
)
account = kubernetes.core.v1.ServiceAccount(
    "account", metadata={"name": "account", "namespace": stack}, opts=inside
)
template: kubernetes.core.v1.PodTemplateSpecArgsDict = {
    "metadata": {"labels": {"app": "server"}},
    "spec": {
        "service_account_name": "account",
        "node_selector": {"room": settings.get("room") or "yes"},
        "containers": [{"name": "server", "image": "server", "env": [{"name": "WORDS", "value": words}]}],
    },
}
kubernetes.apps.v1.Deployment(
    "server",
    metadata={"name": "server", "namespace": stack},
    spec={"replicas": 2, "selector": {"match_labels": {"app": "server"}}, "template": template},
    opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[*previous, account])),
)
