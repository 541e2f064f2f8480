"""A repository of ECR with the guards that every repository has."""

from collections.abc import Iterable
from typing import Any

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.identity import policy_document
from gpu_cluster.config.partition import partition_of

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_PUSH = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]


class Repository(pulumi.ComponentResource):
    """ECR repository: encrypted, scanned on push, with immutable tags and a lifecycle policy.

    Repository("platform-registry-vision", "vision", key=key, expiry=newest(30), …).url
    # 123456789012.dkr.ecr.eu-central-1.amazonaws.com/vision
    """

    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        path: str,
        *,
        key: pulumi.Input[str],
        expiry: str,
        readers: Iterable[str] = (),
        writers: Iterable[str] = (),
        region: str | None = None,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`expiry`: lifecycle policy as JSON, such as `gpu_cluster.aws.ecr.keep_newest_and_tagged(20, 14)`.
        `readers` and `writers`: accounts or ARNs. `protect`: deletion protection; without it a repository is
        deleted with its images. `region`: of the registry, default any of the commercial partition."""
        super().__init__("gpu-cluster:index:Repository", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=path,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key}],
            force_delete=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-expiry",
            repository=repository.name,
            policy=expiry,
            # A repository has one: to delete the old one last would delete the new one.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        statements = [*_allowed(readers, _PULL, region), *_allowed(writers, [*_PULL, *_PUSH], region)]
        if statements:
            aws.ecr.RepositoryPolicy(
                f"{name}-policy", repository=repository.name, policy=policy_document(*statements), opts=child
            )

        self.url = repository.repository_url
        self.register_outputs({"url": self.url})


def _allowed(users: Iterable[str], actions: list[str], region: str | None) -> Iterable[dict[str, Any]]:
    account = f"arn:{partition_of(region)}:iam::"
    principals = sorted(f"{account}{user}:root" if user.isdigit() else user for user in users)
    if principals:
        yield {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": actions}
