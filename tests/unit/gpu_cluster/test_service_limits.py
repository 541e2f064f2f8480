"""Resources of the largest stacks that the checks accept stay within the limits of AWS."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from gpu_cluster.catalog.limits import LIMITS, inline_policies_problem, policy_characters, request_problems
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.stores import S3
from gpu_cluster.plan import Graph
from gpu_cluster.stack.checks.mounts import mount_characters, mounts
from gpu_cluster.stack.defaults import with_defaults
from tests.pains.platforms import platform
from tests.unit.gpu_cluster.test_automatic_names import ENVIRONMENTS, lengthened
from tests.unit.platforms import platform_of

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"


def stack_of(storage: dict[str, Any], **sections: Any) -> Stack:
    access = {"platform": {"principal": f"arn:aws:iam::{ACCOUNT}:role/x", "policy": "cluster-admin"}}
    return with_defaults(
        Stack.model_validate(
            {
                "aws:region": REGION,
                "cluster": {"provider": "eks", "account": ACCOUNT, "version": "1.35", "access": access},
                "network": {"zones": [f"{REGION}a", f"{REGION}b"]},
                "pools": {"system": {"instance": "m7i.xlarge", "nodes": 3}},
                "storage": storage,
            }
            | sections
        )
    )


def as_requests(graph: Graph) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Requests of the provider to AWS that have limits."""
    for it in graph.resources:
        match it.type:
            case "aws:eks/nodeGroup:NodeGroup":
                given = {key: it.inputs.get(key) for key in ("taints", "labels", "tags")}
                yield "eks", "CreateNodegroup", given
            case "aws:eks/cluster:Cluster":
                yield "eks", "CreateCluster", {"resourcesVpcConfig": it["vpcConfig"]}
            case "aws:ec2/launchTemplate:LaunchTemplate":
                yield "ec2", "CreateLaunchTemplate", {"LaunchTemplateData": {"UserData": it["userData"]}}
            case "aws:iam/role:Role":
                yield "iam", "CreateRole", {"AssumeRolePolicyDocument": it["assumeRolePolicy"]}
            case "aws:iam/policy:Policy":
                yield "iam", "CreatePolicy", {"PolicyDocument": it["policy"]}
            case "aws:kms/key:Key":
                yield "kms", "CreateKey", {"Policy": it["policy"]}
            case "aws:s3/bucketPolicy:BucketPolicy":
                yield "s3", "PutBucketPolicy", {"Policy": it["policy"]}
            case "aws:sqs/queuePolicy:QueuePolicy":
                yield "sqs", "SetQueueAttributes", {"Attributes": {"Policy": it["policy"]}}
            case "aws:efs/fileSystemPolicy:FileSystemPolicy":
                yield "efs", "PutFileSystemPolicy", {"Policy": it["policy"]}
            case "aws:ecr/repositoryPolicy:RepositoryPolicy":
                yield "ecr", "SetRepositoryPolicy", {"policyText": it["policy"]}
            case _:
                pass


def inline(graph: Graph) -> dict[str, list[str]]:
    """Inline policy documents by role, with ARNs as long as those of AWS."""
    found: dict[str, list[str]] = defaultdict(list)
    for it in graph.of("rolePolicy:RolePolicy"):
        found[it["role"]].append(as_long_as_real(it["policy"]))
    return found


def as_long_as_real(document: str) -> str:
    """Replace the mocks' ARNs of keys and buckets with ARNs of real length."""
    for purpose in ("data", "registry", "volumes"):
        document = document.replace(f"arn:aws:test:::platform-keys-{purpose}", KEY)
    return document.replace("arn:aws:test:::platform-stores", "arn:aws:s3:::0a1b2c3-platform-stores")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_committed_stacks_are_within_the_aws_limits(name: str) -> None:
    graph = platform(name)
    requests = list(as_requests(graph))
    assert len({operation for _, operation, _ in requests}) >= 6
    assert [problem for it in requests for problem in request_problems(*it)] == []
    assert {inline_policies_problem(*documents) for documents in inline(graph).values()} == {None}


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("store", ["models", lengthened("models")])
def test_mount_policy_length_matches_the_check(store: str, writable: bool) -> None:
    settings = {"kind": "s3", "writable": writable}
    graph, _ = platform_of(stack_of({store: settings}))
    [document] = [it["policy"] for it in graph.of("rolePolicy:RolePolicy") if "mountpoint" in it.name]
    bucket, key = (json.loads(document)["Statement"][place]["Resource"] for place in (0, 2))
    real = document.replace(key, KEY).replace(
        bucket, f"arn:aws:s3:::{bucket.removeprefix('arn:aws:test:::')}-0a1b2c3"
    )
    model = S3.model_validate(settings)
    assert policy_characters(real) == mount_characters(store, model, REGION, ACCOUNT)


@pytest.mark.parametrize("name", ["m", lengthened("m")])
def test_maximum_number_of_stores_fits_every_policy(name: str) -> None:
    stores = {f"{number}-{name}"[:40].rstrip("-").replace("-", "a", 1): number for number in range(60)}
    storage = {f"s{store}"[:40]: {"kind": "s3", "writable": True} for store in stores}
    teams = {lengthened("vision"): {"members": [f"arn:aws:iam::{ACCOUNT}:role/vision"]}}
    most = next(
        count for count in range(60, 0, -1) if not any(mounts(stack_of(dict(list(storage.items())[:count]))))
    )
    assert 10 <= most <= 30
    graph, _ = platform_of(stack_of(dict(list(storage.items())[:most]), teams=teams))
    sizes = [sum(map(policy_characters, documents)) for documents in inline(graph).values()]
    assert max(sizes) <= LIMITS["iam-inline-policies"].most
    assert max(sizes) > LIMITS["iam-inline-policies"].most * 0.8
    [rights] = graph.of("iam:policy:Policy")
    assert LIMITS["iam-managed-policy"].problem(policy_characters(as_long_as_real(rights["policy"]))) is None
