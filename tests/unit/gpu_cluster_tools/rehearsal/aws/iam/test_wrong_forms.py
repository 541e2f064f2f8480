"""The platform's own policies are accepted, and each of them is refused with an error reintroduced."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.aws.karpenter.controller_policy import controller_policy
from gpu_cluster.aws.keys import Keys, KeyUsage
from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.ebs_driver import EbsDriver
from gpu_cluster_tools.rehearsal.aws.fault_injection import FaultInjection
from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from gpu_cluster_tools.rehearsal.aws.iam.access_control import AccessControl
from gpu_cluster_tools.rehearsal.aws.iam.condition_keys import require_understood
from gpu_cluster_tools.rehearsal.aws.iam.conditions import hold
from gpu_cluster_tools.rehearsal.aws.iam.documents import parse
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from tests.pains.platforms import ON_AWS, platform
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.conftest import REGION, As, allow
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.test_keys import create, group_on
from tests.unit.graph import graph_of

ACCOUNT = identity.account()
Statements = list[dict[str, Any]]
OF_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
DRIVER = "arn:aws:iam::aws:policy/AmazonEBSCSIDriverEKSClusterScopedPolicy"


@cache
def policies() -> dict[KeyUsage, str]:
    graph = graph_of(lambda: Keys("k", account=ACCOUNT, region=REGION, copies=None, protect=True))
    named = {it.name: it["policy"] for it in graph.of("kms:key:Key")}
    return {purpose: named[f"k-{purpose}"] for purpose in KeyUsage if f"k-{purpose}" in named}


def key(api: Api, purpose: KeyUsage, wrong: Callable[[Statements], Statements] = lambda it: it) -> str:
    document = json.loads(policies()[purpose])
    document["Statement"] = wrong(document["Statement"])
    return api.call("kms", "CreateKey", Policy=json.dumps(document))["KeyMetadata"]["Arn"]


@pytest.mark.parametrize("name", ON_AWS)
def test_every_policy_of_a_stack_is_understood(name: str) -> None:
    documents = [
        text
        for resource in platform(name).resources
        for property in ("policy", "assumeRolePolicy")
        if isinstance(text := resource.inputs.get(property), str) and '"Statement"' in text
    ]
    assert len(documents) > 10
    for text in documents:
        for statement in parse(text).statements:
            require_understood(statement)
            hold(statement.conditions, {})


def test_cluster_key_grants_to_the_cluster_creator(as_role: As, api: Api, eks: Prerequisites) -> None:
    create(as_role(allow("*")), eks, key(api, KeyUsage.CLUSTER))


def test_cluster_key_with_grants_for_aws_resources_only_is_refused(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    def wrong(statements: Statements) -> Statements:
        return [{**it, "Condition": OF_AWS} if it["Action"] == "kms:CreateGrant" else it for it in statements]

    with pytest.raises(
        ApiError, match=r"kms:CreateGrant .* no resource-based policy .*GrantIsForAWSResource"
    ):
        create(as_role(allow("*")), eks, key(api, KeyUsage.CLUSTER, wrong))


@pytest.mark.parametrize("capacity", ["ON_DEMAND", "SPOT"])
def test_nodes_start_with_the_volume_key(api: Api, eks: Prerequisites, capacity: str) -> None:
    group = group_on(api, eks, key(api, KeyUsage.VOLUMES), capacity)
    assert group["status"] == "ACTIVE", group["health"]


@pytest.mark.parametrize(
    ("capacity", "role"),
    [("ON_DEMAND", "AWSServiceRoleForAutoScaling"), ("SPOT", "AWSServiceRoleForEC2Spot")],
)
def test_nodes_fail_with_a_key_that_omits_their_service_role(
    api: Api, eks: Prerequisites, capacity: str, role: str
) -> None:
    def wrong(statements: Statements) -> Statements:
        return json.loads(json.dumps(statements).replace(role, "AWSServiceRoleForSupport"))

    group = group_on(api, eks, key(api, KeyUsage.VOLUMES, wrong), capacity)
    assert group["status"] == "CREATE_FAILED"
    assert f"assumed-role/{role}/" in group["health"]["issues"][0]["message"]


@pytest.fixture
def driver(api: Api, eks: Prerequisites, door: AccessControl) -> tuple[EbsDriver, str]:
    """The EBS driver of a cluster with only the AWS managed policy, and the cluster's name."""
    for old in api.call("eks", "ListClusters")["clusters"]:
        for each in api.call("eks", "ListPodIdentityAssociations", clusterName=old)["associations"]:
            given = {"clusterName": old, "associationId": each["associationId"]}
            api.call("eks", "DeletePodIdentityAssociation", **given)
    cluster = eks.cluster()["name"]
    name = fresh("driver")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = api.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    api.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=DRIVER)
    pods = {"namespace": "kube-system", "serviceAccount": "ebs-csi-controller-sa"}
    api.call("eks", "CreatePodIdentityAssociation", clusterName=cluster, roleArn=role, **pods)
    return EbsDriver(Api("http://127.0.0.1", REGION, send=in_process_sender(door))), cluster


def server(api: Api, eks: Prerequisites, **tags: str) -> dict[str, Any]:
    """A node whose instance has these tags."""
    named = [{"Key": key, "Value": value} for key, value in tags.items()]
    asked: dict[str, Any] = {"ImageId": "ami-12345678", "SubnetId": eks.subnets[0]}
    specified = [{"ResourceType": "instance", "Tags": named}] if named else []
    made = api.call("ec2", "RunInstances", MinCount=1, MaxCount=1, TagSpecifications=specified, **asked)
    return {
        "metadata": {"labels": {"topology.kubernetes.io/zone": f"{REGION}a"}},
        "spec": {"providerID": f"aws:///{REGION}a/{made['Instances'][0]['InstanceId']}"},
    }


def volumes(api: Api) -> set[str]:
    return {each["VolumeId"] for each in api.call("ec2", "DescribeVolumes")["Volumes"]}


@pytest.mark.parametrize("tag", ["eks:cluster-name", "ebs.csi.aws.com/cluster-name", "eks:eks-cluster-name"])
def test_ebs_driver_serves_instances_of_its_cluster(
    driver: tuple[EbsDriver, str], api: Api, eks: Prerequisites, tag: str
) -> None:
    node = server(api, eks, **{tag: driver[1]})
    before = volumes(api)
    driver[0].require("vision/scratch", node, {"encrypted": "true"})
    assert volumes(api) == before


def test_ebs_driver_refuses_an_instance_without_cluster_tag(
    driver: tuple[EbsDriver, str], api: Api, eks: Prerequisites
) -> None:
    node = server(api, eks, **{"karpenter.sh/nodepool": "gpu"})
    before = volumes(api)
    with pytest.raises(
        RehearsalError, match=r"claim vision/scratch: .* ec2:AttachVolume on resource: .*instance/"
    ):
        driver[0].require("vision/scratch", node, {})
    assert volumes(api) == before


def test_ebs_driver_requires_permission_for_the_volume_key(
    driver: tuple[EbsDriver, str], api: Api, eks: Prerequisites
) -> None:
    node = server(api, eks, **{"eks:cluster-name": driver[1]})
    own = key(api, KeyUsage.VOLUMES)
    with pytest.raises(RehearsalError, match="is not authorized to perform: kms:"):
        driver[0].require("vision/scratch", node, {"encrypted": "true", "kmsKeyId": own})


def test_throttled_ebs_driver_can_retry(
    driver: tuple[EbsDriver, str],
    api: Api,
    eks: Prerequisites,
    door: AccessControl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = server(api, eks, **{"eks:cluster-name": driver[1]})
    throttled = EbsDriver(Api("http://127.0.0.1", REGION, send=in_process_sender(FaultInjection(door))))
    monkeypatch.chdir(tmp_path)
    Faults({Fault.THROTTLING: 1.0}).write(tmp_path)
    with pytest.raises(ApiError) as caught:
        throttled.require("vision/scratch", node, {"encrypted": "true"})
    assert caught.value.is_throttled
    Faults().write(tmp_path)
    throttled.require("vision/scratch", node, {"encrypted": "true"})


def test_throttled_ebs_driver_leaves_no_volume(
    driver: tuple[EbsDriver, str],
    api: Api,
    eks: Prerequisites,
    door: AccessControl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = server(api, eks, **{"eks:cluster-name": driver[1]})
    throttled = EbsDriver(Api("http://127.0.0.1", REGION, send=in_process_sender(FaultInjection(door))))
    monkeypatch.chdir(tmp_path)
    before = volumes(api)
    refusals: list[str] = []
    for seed in range(24):  # ids differ between runs, and so do the refused calls
        Faults({Fault.THROTTLING: 0.1}, seed=seed).write(tmp_path)
        try:
            throttled.require("vision/scratch", node, {"encrypted": "true"})
        except ApiError as error:
            refusals.append(error.code)
        assert volumes(api) == before
    assert {*refusals} == {"RequestLimitExceeded"}
    assert len(refusals) < 24


def karpenter() -> Statements:
    text = controller_policy(
        cluster="c",
        account=ACCOUNT,
        region=REGION,
        queue=f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue",
        node_role=f"arn:aws:iam::{ACCOUNT}:role/nodes",
        key=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/volumes",
    )
    return json.loads(text)["Statement"]


FINALIZER: list[tuple[str, dict[str, str]]] = [
    ("ListInstanceProfiles", {}),
    ("GetInstanceProfile", {"InstanceProfileName": "c_4067990795380418201"}),
]
"""Calls of the finalizer of an EC2NodeClass. Source: karpenter-provider-aws v1.13.0, 2026-11-28."""


class NothingFound(Exception):  # noqa: N818
    """NotFound answer of the account for a permitted call."""


@contextmanager
def gone() -> Generator[None]:
    try:
        yield
    except ApiError as error:
        if error.is_gone:
            raise NothingFound from error
        raise


@pytest.mark.parametrize(("operation", "given"), FINALIZER)
def test_karpenter_may_look_up_instance_profiles_to_delete(
    as_role: As, operation: str, given: dict[str, str]
) -> None:
    with suppress(NothingFound), gone():
        as_role(*karpenter()).call("iam", operation, **given)


@pytest.mark.parametrize(("operation", "given"), FINALIZER)
def test_karpenter_without_the_permission_is_denied(
    as_role: As, operation: str, given: dict[str, str]
) -> None:
    def without(statement: dict[str, Any]) -> dict[str, Any]:
        return {**statement, "Action": [it for it in statement["Action"] if it != f"iam:{operation}"]}

    less = [each for it in karpenter() if (each := without(it))["Action"]]
    with pytest.raises(ApiError, match=f"is not authorized to perform: iam:{operation} on resource"):
        as_role(*less).call("iam", operation, **given)


def test_spot_fleet_requires_the_spot_role_or_permission_to_create_it(as_role: As, api: Api) -> None:
    for role in api.call("iam", "ListRoles", PathPrefix="/aws-service-role/spot")["Roles"]:
        api.call("iam", "DeleteRole", RoleName=role["RoleName"])
    template = api.call(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName=fresh("t"),
        LaunchTemplateData={"ImageId": "ami-12345678"},
    )["LaunchTemplate"]["LaunchTemplateId"]
    fleet = {
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {"LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "1"}}
        ],
        "TargetCapacitySpecification": {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"},
    }
    with pytest.raises(
        ApiError, match=r"iam:CreateServiceLinkedRole on resource: .*/AWSServiceRoleForEC2Spot"
    ):
        as_role(allow("ec2:*")).call("ec2", "CreateFleet", **fleet)
