"""Pull-through caches: ECR fetches an image on its first pull, and stores it."""

from collections.abc import Iterable, Mapping

import pulumi
import pulumi_aws as aws

from gpu_cluster.aws.ecr.creation_template import creation_template
from gpu_cluster.catalog import UPSTREAMS
from gpu_cluster.config.registry import UpstreamName


def pull_through_caches(
    name: str,
    upstreams: Iterable[UpstreamName],
    *,
    credentials: Mapping[UpstreamName, str],
    prefix: str,
    role: pulumi.Input[str],
    key: pulumi.Input[str],
    expiry: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """One cache for each upstream, such as quay, below its host: `<registry>/<prefix>quay.io/…`."""
    for upstream in sorted(upstreams):
        known = UPSTREAMS[upstream]
        path = prefix + known.host
        made_alike = creation_template(
            f"{name}-{upstream}-template",
            path,
            "PULL_THROUGH_CACHE",
            role=role,
            expiry=expiry,
            key=key,
            opts=opts,
        )
        aws.ecr.PullThroughCacheRule(
            f"{name}-{upstream}-cache",
            ecr_repository_prefix=path,
            upstream_registry_url=known.address,
            credential_arn=credentials.get(upstream),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[made_alike])),
        )
