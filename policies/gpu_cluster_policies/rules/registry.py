"""Rules for ECR repositories and repository creation templates."""

from collections.abc import Iterator

from gpu_cluster_policies.customer_key import not_own_key
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.resources.policy_document import for_anybody
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, each, subjects
from gpu_cluster_policies.resources.resource_links import ResourceLink
from gpu_cluster_policies.resources.resource_types import BUCKETS, REPOSITORY, REPOSITORY_TEMPLATE
from gpu_cluster_policies.rule import Level, Violation, rule, should_be, stack_rule

_LIFECYCLES = ResourceLink(
    frozenset(("aws:ecr/lifecyclePolicy:LifecyclePolicy",)), ("repository",), frozenset((REPOSITORY,))
)
_REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
_PUBLIC = "aws:ecrpublic/repository:Repository"
_REGISTRY_POLICY = "aws:ecr/registryPolicy:RegistryPolicy"
_MADE = each(REPOSITORY, REPOSITORY_TEMPLATE)
_OWN = "leave it to gpu-cluster:registry"


@rule(
    17,
    "immutable-tags",
    "ECR tags are immutable",
    of=_MADE,
    level=Level.MANDATORY,
    references="CKV_AWS_51; trivy AWS-0031; FSBP ECR.2; pulumi compliance-policies",
    fix=f"{_OWN}, which makes all tags immutable; otherwise set imageTagMutability to IMMUTABLE",
)
def immutable_tags(repository: Resource) -> Iterator[Violation]:
    """A mutable tag can point to another image after review and scan."""
    yield from should_be(repository.at("imageTagMutability"), "IMMUTABLE")


@rule(
    18,
    "scan-on-push",
    "ECR scans images on push",
    of=each(REPOSITORY),
    level=Level.MANDATORY,
    references="CKV_AWS_163; trivy AWS-0030; FSBP ECR.1; CIS 5.1.1; pulumi compliance-policies",
    fix=f"{_OWN} with gpu-cluster:registry.scanning; otherwise set imageScanningConfiguration.scanOnPush",
)
def scan_on_push(repository: Resource) -> Iterator[Violation]:
    """Known vulnerabilities should be fixed before an image is deployed."""
    yield from should_be(repository.at("imageScanningConfiguration", "scanOnPush"), True)


@stack_rule(
    19,
    "images-encrypted",
    "ECR repositories are encrypted with a customer managed key",
    of=_MADE,
    level=Level.ADVISORY,
    references="CKV_AWS_136; trivy AWS-0033; pulumi compliance-policies",
    fix=f"{_OWN}; otherwise set encryptionConfigurations with encryptionType KMS and a customer managed key",
)
def images_encrypted(repository: Resource, inventory: Inventory) -> Iterator[Violation]:
    """With a customer managed key, access to weights in images can be revoked at once."""
    configurations = repository.at("encryptionConfigurations")
    configured = list(configurations.items())
    if not configured:
        yield Violation(configurations, "KMS with a customer managed key")
    for configuration in configured:
        kind = configuration.at("encryptionType")
        if kind.value not in ("KMS", "KMS_DSSE"):
            yield Violation(kind, "KMS")
        yield from not_own_key(repository, configuration.at("kmsKey"), inventory)


@subjects(_REPOSITORY_POLICY, _REGISTRY_POLICY, REPOSITORY_TEMPLATE, _PUBLIC)
def _policies(resource: Resource) -> Iterator[Property]:
    if resource.kind == _PUBLIC:
        yield resource.root
        return
    yield resource.at("repositoryPolicy" if resource.kind == REPOSITORY_TEMPLATE else "policy")


@rule(
    20,
    "repository-not-public",
    "ECR repositories are not public",
    of=_policies,
    level=Level.MANDATORY,
    references="CKV_AWS_32; trivy AWS-0032; cdk-nag ECR1",
    fix="name the accounts or roles that may pull, or add a condition such as aws:PrincipalOrgID; "
    "gpu-cluster:registry.repositories needs no policy within the account",
)
def repository_not_public(policy: Property) -> Iterator[Violation]:
    """Any AWS account could pull its images."""
    if not policy.path:
        yield Violation(policy.at("repositoryName"), "that of a private repository", "in ECR Public")
        return
    for statement in for_anybody(policy):
        yield Violation(statement.field, "named accounts or roles", actual="open to all principals")


@stack_rule(
    21,
    "image-lifecycle",
    "ECR repositories have a lifecycle policy",
    of=_MADE,
    level=Level.ADVISORY,
    references="FSBP ECR.3",
    fix="set gpu-cluster:registry.keepImages; otherwise add a LifecyclePolicy",
)
def image_lifecycle(repository: Resource, inventory: Inventory) -> Iterator[Violation]:
    """Old images are billed, and can be deployed again with known vulnerabilities."""
    if repository.kind == REPOSITORY_TEMPLATE:
        policies = [repository.at("lifecyclePolicy")]
    else:
        policies = [policy.at("policy") for policy in inventory.linked(repository, _LIFECYCLES)]
    if not any(policy.parsed().at("rules").value for policy in policies):
        yield Violation(repository.missing("lifecycle policy"), "a policy with a rule", actual="missing")


@subjects(REPOSITORY, *BUCKETS, "aws:s3/directoryBucket:DirectoryBucket")
def _emptied(resource: Resource) -> Iterator[Property]:
    yield resource.at("forceDelete" if resource.kind == REPOSITORY else "forceDestroy")


@rule(
    23,
    "no-force-delete",
    "Repositories and stores have no force delete",
    of=_emptied,
    level=Level.PRODUCTION,
    references="none; AWS: delete a repository, delete a bucket",
    fix="set gpu-cluster:protect: true, or remove forceDelete and forceDestroy",
)
def no_force_delete(forced: Property) -> Iterator[Violation]:
    """With force delete, a destroy or a replacement empties it without confirmation."""
    if forced.value:
        yield Violation(forced, "false")
