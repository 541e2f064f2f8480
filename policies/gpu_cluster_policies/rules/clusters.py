"""Rules for the EKS control plane: endpoint access, logging, encryption, version and deletion protection."""

from collections.abc import Iterator

from gpu_cluster.catalog.kubernetes_versions import KUBERNETES_VERSIONS
from gpu_cluster.catalog.today import today
from gpu_cluster_policies.customer_key import not_own_key
from gpu_cluster_policies.resources.cidr import is_the_world
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.resource import Resource, each
from gpu_cluster_policies.resources.resource_types import CLUSTER
from gpu_cluster_policies.rule import Level, Violation, rule, should_be, stack_rule

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_CLUSTERS = each(CLUSTER)
_ENDPOINT = "set gpu-cluster:cluster.endpoint: private, or list the networks in endpoint.public"


@rule(
    1,
    "no-public-endpoint",
    "The EKS API server has no public endpoint",
    of=_CLUSTERS,
    level=Level.PRODUCTION,
    references="CKV_AWS_39; trivy AWS-0040; FSBP EKS.1; CIS 5.4.2; cdk-nag EKS1; pulumi compliance-policies",
    fix="set gpu-cluster:cluster.endpoint: private, and list networks that reach it by VPN or peering in "
    "endpoint.private; for a public endpoint that named networks need, add a waiver",
)
def no_public_endpoint(cluster: Resource) -> Iterator[Violation]:
    """With a public endpoint, an authentication flaw or a leaked token is enough for access."""
    yield from should_be(cluster.at("vpcConfig", "endpointPublicAccess"), False)


@rule(
    2,
    "public-cidrs",
    "The public endpoint of EKS allows named networks only",
    of=_CLUSTERS,
    level=Level.MANDATORY,
    references="CKV_AWS_38; trivy AWS-0041; CIS 5.4.1",
    fix=_ENDPOINT,
)
def public_cidrs(cluster: Resource) -> Iterator[Violation]:
    """A publicly reachable address is attacked continuously."""
    if cluster.at("vpcConfig", "endpointPublicAccess").value is False:
        return
    cidrs = cluster.at("vpcConfig", "publicAccessCidrs")
    named = list(cidrs.items())
    if not named:
        yield Violation(
            cidrs, "the allowed networks, such as 203.0.113.0/24; the default of AWS is 0.0.0.0/0"
        )
    for cidr in named:
        if is_the_world(cidr):
            yield Violation(cidr, "one of your networks, such as 203.0.113.0/24")


@rule(
    3,
    "private-endpoint",
    "The EKS API server has a private endpoint",
    of=_CLUSTERS,
    level=Level.MANDATORY,
    references="C-0228; CIS 5.4.2",
    fix="use gpu-cluster:cluster, which always has a private endpoint",
)
def private_endpoint(cluster: Resource) -> Iterator[Violation]:
    """Without it, traffic between nodes and control plane, including secrets, leaves the VPC."""
    yield from should_be(cluster.at("vpcConfig", "endpointPrivateAccess"), True)


@stack_rule(
    4,
    "secrets-encrypted",
    "EKS secrets are encrypted with a customer managed key",
    of=_CLUSTERS,
    level=Level.MANDATORY,
    references="CKV_AWS_58; trivy AWS-0039; FSBP EKS.3; CIS 5.3.1; pulumi compliance-policies",
    fix="use gpu-cluster:cluster, which encrypts secrets with a KMS key; otherwise set encryptionConfig "
    "with resources [secrets]",
)
def secrets_encrypted(cluster: Resource, inventory: Inventory) -> Iterator[Violation]:
    """A copy of etcd is unreadable without the key, whose use is logged and can be denied."""
    encryption = cluster.at("encryptionConfig")
    if "secrets" not in [item.value for item in encryption.at("resources").items()]:
        yield Violation(encryption.at("resources"), '["secrets"]')
    yield from not_own_key(cluster, encryption.at("provider", "keyArn"), inventory)


@rule(
    5,
    "control-plane-logs",
    "All EKS control-plane logs are enabled",
    of=_CLUSTERS,
    level=Level.MANDATORY,
    references="CKV_AWS_37; trivy AWS-0038; FSBP EKS.8; CIS 2.1.1; cdk-nag EKS2",
    fix="use gpu-cluster:cluster, which enables all five logs; gpu-cluster:cluster.logs sets the retention",
)
def control_plane_logs(cluster: Resource) -> Iterator[Violation]:
    """Only these logs record access to secrets and authentication decisions."""
    logs = cluster.at("enabledClusterLogTypes")
    written = [item.value for item in logs.items()]
    missing = [name for name in _LOGS if name not in written]
    if missing:
        yield Violation(logs, f"a list that also has {', '.join(missing)}")


@rule(
    6,
    "supported-version",
    "EKS runs a supported version of Kubernetes",
    of=_CLUSTERS,
    level=Level.MANDATORY,
    references="CKV_AWS_339; FSBP EKS.2; C-0273",
    fix="raise gpu-cluster:cluster.version by one minor version at a time",
)
def supported_version(cluster: Resource) -> Iterator[Violation]:
    """An unsupported version gets no security fixes, and AWS upgrades it at a time of its choice."""
    version = cluster.at("version")
    extended = cluster.at("upgradePolicy", "supportType").value != "STANDARD"
    supported = [
        known.name
        for known in KUBERNETES_VERSIONS.values()
        if today() <= (known.extended_until if extended else known.standard_until)
    ]
    if version.value not in supported:
        yield Violation(version, f"a version that AWS still supports, up to {[*KUBERNETES_VERSIONS][-1]}")


@rule(
    7,
    "deletion-protection",
    "EKS deletion protection is enabled",
    of=_CLUSTERS,
    level=Level.PRODUCTION,
    references="prowler eks_cluster_deletion_protection_enabled",
    fix="set gpu-cluster:protect: true",
)
def deletion_protection(cluster: Resource) -> Iterator[Violation]:
    """Deleting a cluster deletes all workloads, and a backup does not restore its objects quickly."""
    yield from should_be(cluster.at("deletionProtection"), True)


@rule(
    8,
    "access-entries",
    "EKS grants access by access entries, not by the aws-auth ConfigMap",
    of=each(CLUSTER, "ConfigMap"),
    level=Level.MANDATORY,
    references="CIS 4.1.7; C-0285",
    fix="define access entries in gpu-cluster:cluster.access",
)
def access_entries(resource: Resource) -> Iterator[Violation]:
    """Any editor of the ConfigMap can become an administrator, and a typing error in it locks out all
    users."""
    if resource.kind == "ConfigMap":
        if resource.name == "aws-auth" and resource.namespace == "kube-system":
            yield Violation(resource.at("data"), "an access entry per role", actual="used by EKS")
        return
    yield from should_be(resource.at("accessConfig", "authenticationMode"), "API")
