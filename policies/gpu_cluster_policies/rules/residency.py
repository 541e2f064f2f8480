"""Rule for data residency."""

from collections.abc import Iterator

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Resource, subjects
from gpu_cluster_policies.rule import Level, Rule, Violation, rule
from gpu_cluster_policies.rules.tags import TAGGED

_PROVIDER = "pulumi:providers:aws"
_KEY = "aws:kms/key:Key"
_EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey"

_COPIES = {
    "aws:backup/plan:Plan": ("rules", "copyActions", "destinationVaultArn"),
    "aws:dynamodb/table:Table": ("replicas", "regionName"),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": (
        "replicationConfiguration",
        "rules",
        "destinations",
        "region",
    ),
    "aws:efs/replicationConfiguration:ReplicationConfiguration": ("destination", "region"),
    "aws:s3/bucket:Bucket": ("replicationConfiguration", "rules", "destination", "bucket"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("rules", "destination", "bucket"),
    "aws:secretsmanager/secret:Secret": ("replicas", "region"),
}
"""Properties with the regions of copies, as a region name or an ARN."""


@subjects(_PROVIDER, _EXTERNAL_KEY, *TAGGED, *_COPIES)
def _places(resource: Resource) -> Iterator[Property]:
    region = resource.at("region")
    if resource.kind == _PROVIDER or region.value is not None:
        yield region
    if resource.kind in (_KEY, _EXTERNAL_KEY):
        yield resource.at("multiRegion")
    if resource.kind in _COPIES:
        yield from resource.root.below(*_COPIES[resource.kind])


def allowed_regions(context: EvaluationContext) -> Rule:
    """Rule for the regions of a stack's environment, limited by its file."""
    allowed = ", ".join(context.regions) or (
        "none, because gpu-cluster:compliance.dataResidency allows another"
    )

    @rule(
        80,
        "allowed-regions",
        "Resources, copies and keys are in allowed regions",
        of=_places,
        level=Level.MANDATORY,
        references="GDPR Art. 44; AWS Control Tower CT.MULTISERVICE.PV.1",
        fix="add the stack with its limits to policies/settings.yaml, as `gpu-cluster init` does: "
        "environments: {NAME: {stacks: [NAME], gpus: 8, instances: [g6.xlarge], regions: [eu-central-1]}}; "
        "or change aws:region, gpu-cluster:registry.replicate, gpu-cluster:backups.copyTo or "
        "gpu-cluster:compliance.dataResidency",
    )
    def judge(place: Property) -> Iterator[Violation]:
        """Prompts, weights and logs are subject to the law of every region where they or copies are
        stored."""
        if place.path == "multiRegion":
            if place.value:
                yield Violation(place, "false, because a multi-region key can be replicated to any region")
        elif context.environment is None:
            if place.owner.startswith(_PROVIDER):  # once, for rules 77 and 79 as well
                known = f"no environment of policies/settings.yaml names stack {context.stack}"
                yield Violation(place, "a region of an environment", actual=f"{place.shown}, and {known}")
        elif region_of(place.text) not in context.regions:
            yield Violation(place, f"in one of {allowed}")

    return judge


def region_of(place: str) -> str:
    """Region name, or region of an ARN; empty for an ARN without one, such as a bucket's."""
    return place.split(":")[3] if place.startswith("arn:") and place.count(":") >= 3 else place
