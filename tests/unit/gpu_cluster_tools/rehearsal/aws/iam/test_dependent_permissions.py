"""Operations require further actions beside their own, from two references of AWS."""

from collections.abc import Mapping
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from gpu_cluster_tools.rehearsal.aws.iam.dependent_permissions import dependent_permissions
from gpu_cluster_tools.rehearsal.aws.iam.linked_roles import NAMES
from gpu_cluster_tools.rehearsal.aws.iam.operation_actions import ACTIONS, PASSED
from gpu_cluster_tools.rehearsal.aws.iam.required_permissions import OperationRequest, required_permissions
from gpu_cluster_tools.rehearsal.aws.iam.resources import ResourceScope
from gpu_cluster_tools.rehearsal.aws.iam.service_reference import action_of, services
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites, fresh
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import role as role_of
from tests.unit.gpu_cluster_tools.rehearsal.aws.iam.conftest import As, allow

ACCOUNT = identity.account()
HERE = ResourceScope(ACCOUNT, "eu-north-1")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/nodes"

EXAMPLES: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("backup", "CreateBackupVault", {"BackupVaultName": "v"}, "backup-storage:MountCapsule", "*"),
    ("ecr", "PutRegistryScanningConfiguration", {"scanType": "ENHANCED"}, "inspector2:Enable", "*"),
    ("eks", "CreateNodegroup", {"nodeRole": ROLE}, "iam:ListAttachedRolePolicies", ROLE),
    ("eks", "CreatePodIdentityAssociation", {"clusterName": "c", "roleArn": ROLE}, "iam:GetRole", ROLE),
    ("fsx", "CreateFileSystem", {"FileSystemType": "LUSTRE"}, "ec2:GetSecurityGroupsForVpc", "*"),
    ("ec2", "CreateVpcEndpoint", {"VpcEndpointType": "Interface"}, "route53:AssociateVPCWithHostedZone",
     "arn:aws:route53:::hostedzone/*"),
    ("fsx", "CreateDataRepositoryAssociation", {"FileSystemId": "fs-1"}, "iam:PutRolePolicy",
     f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*"),
    ("elasticfilesystem", "CreateMountTarget", {"FileSystemId": "fs-1", "SubnetId": "subnet-0a1b2c3d"},
     "ec2:CreateNetworkInterface", f"arn:aws:ec2:eu-north-1:{ACCOUNT}:subnet/subnet-0a1b2c3d"),
    ("elasticfilesystem", "DeleteMountTarget", {"MountTargetId": "fsmt-1"}, "ec2:DeleteNetworkInterface",
     f"arn:aws:ec2:eu-north-1:{ACCOUNT}:network-interface/*"),
    ("fsx", "CreateDataRepositoryAssociation", {"FileSystemId": "fs-1", "DataRepositoryPath": "s3://b/a"},
     "s3:GetBucketPolicy", "arn:aws:s3:::b"),
    ("eks", "UpdateAddon",
     {"clusterName": "c", "podIdentityAssociations": [{"serviceAccount": "a", "roleArn": ROLE}]},
     "eks:DeletePodIdentityAssociation",
     f"arn:aws:eks:eu-north-1:{ACCOUNT}:podidentityassociation/c/*"),
    ("eks", "CreateAddon",
     {"clusterName": "c", "podIdentityAssociations": [{"serviceAccount": "a", "roleArn": ROLE}]},
     "eks:CreatePodIdentityAssociation", f"arn:aws:eks:eu-north-1:{ACCOUNT}:cluster/c"),
]  # fmt: skip

_ELSEWHERE: Mapping[str, str] = {
    "budgets:ModifyBudget iam:CreateServiceLinkedRole": "for actions of a budget, which no stack has",
    "ec2:CreateFlowLogs ecs": "for flow logs of ECS",
    "kms:CreateKey iam:CreateServiceLinkedRole": "for keys of several regions",
    "ec2:CreateLaunchTemplate ssm:GetParameters": "for images by a parameter of Systems Manager",
    "ec2:CreateLaunchTemplateVersion ssm:GetParameters": "as above",
    "ec2:DescribeLaunchTemplateVersions ssm:GetParameters": "as above",
    "ec2:RunInstances ssm:GetParameters": "as above",
    "ecr:UpdateRepositoryCreationTemplate": "the same as of the creation, which comes first",
}
_NOT_CALLED = (
    *("ec2:CancelCapacityReservationFleets", "ec2:CreateCapacityReservationFleet", "ec2:CreateIpam"),
    *("ec2:CreateRouteServer", "ec2:DeleteRouteServer", "ec2:DisableIpam", "ec2:EnableFastLaunch"),
    *("ec2:EnableIpam", "ec2:EnableReachability", "ec2:ModifyCapacityReservationFleet"),
    *("eks:MutateViaKubernetesApi", "fsx:CreateAndAttachS3", "fsx:CreateFileCache"),
    *("fsx:CreateFileSystemFromBackup", "fsx:DeleteFileCache", "fsx:DetachAndDelete"),
    *("iam:GenerateOrganizationsAccessReport", "kms:CreateCustomKeyStore", "kms:ReplicateKey"),
    *("kms:UpdateCustomKeyStore", "s3:CreateBucketMetadata", "s3:PauseReplication"),
    *("s3:UpdateBucketMetadata", "billing:", "inspector2:", "route53:"),
)


def needs(service: str, operation: str, **given: Any) -> list[tuple[str, str]]:
    found = required_permissions(OperationRequest(service, operation, given, HERE))
    return [(each.action, each.resource) for each in found]


@pytest.mark.parametrize(("service", "operation", "given", "action", "on"), EXAMPLES)
def test_operation_requires_dependent_actions(
    service: str, operation: str, given: dict[str, Any], action: str, on: str
) -> None:
    assert (action, on) in needs(service, operation, **given)


def test_dependent_action_is_required_for_matching_values_only() -> None:
    basic = [action for action, _ in needs("ecr", "PutRegistryScanningConfiguration", scanType="BASIC")]
    assert basic == ["ecr:PutRegistryScanningConfiguration"]


def test_deleting_an_addon_with_associations_requires_their_deletion(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    """CloudFormation registry, AWS::EKS::Addon, permissions of delete."""
    cluster = eks.cluster()["name"]
    role = {"serviceAccount": "efs-csi-controller-sa", "roleArn": role_of(api, "pods.eks.amazonaws.com")}
    for name, roles in (("aws-efs-csi-driver", [role]), ("kube-proxy", [])):
        given = {"podIdentityAssociations": roles} if roles else {}
        api.call("eks", "CreateAddon", clusterName=cluster, addonName=name, **given)
    caller = as_role(allow("eks:DeleteAddon"))

    caller.call("eks", "DeleteAddon", clusterName=cluster, addonName="kube-proxy")
    with pytest.raises(ApiError, match="not authorized to perform: eks:DeletePodIdentityAssociation"):
        caller.call("eks", "DeleteAddon", clusterName=cluster, addonName="aws-efs-csi-driver")
    api.call("eks", "DeleteAddon", clusterName=cluster, addonName="aws-efs-csi-driver")


def test_every_dependent_action_of_the_reference_is_required_or_explained() -> None:
    missing: list[str] = []
    for prefix, service in services().items():
        for name, action in service.actions.items():
            own = f"{prefix}:{name}"
            if own.startswith(_NOT_CALLED):
                continue
            by_action = [operation for operation, actions in ACTIONS.items() if own in actions] or [own]
            entries = [
                entry for operation in by_action for entry in dependent_permissions().get(operation, [])
            ]
            known = {entry.get("action", "iam:CreateServiceLinkedRole") for entry in entries}
            for dependent in action.dependent:
                said = f"{own} {dependent}"
                if not dependent.endswith((":TagResource", ":CreateTags", "iam:PassRole")):
                    missing += [said] if dependent not in known and not _explained(said) else []
    assert missing == []


def _explained(said: str) -> bool:
    return any(said.startswith(each) for each in _ELSEWHERE)


def test_entries_name_existing_actions_sources_and_roles() -> None:
    for operation, entries in dependent_permissions().items():
        assert action_of(operation) or operation in ACTIONS, operation
        for entry in entries:
            assert entry["source"], entry
            assert ("linked" in entry) != ("action" in entry)
            assert action_of(entry["action"]) if "action" in entry else entry["linked"] in NAMES, entry
    assert PASSED.keys() & dependent_permissions().keys()


def test_node_group_with_launch_template_requires_run_instances(
    as_role: As, api: Api, eks: Prerequisites
) -> None:
    """EKS: You are not authorized to launch instances with this launch template."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]
    data = {"SecurityGroupIds": ["sg-1"], "TagSpecifications": tags}
    made = api.call("ec2", "CreateLaunchTemplate", LaunchTemplateName=fresh("t"), LaunchTemplateData=data)
    id = made["LaunchTemplate"]["LaunchTemplateId"]
    cluster = eks.cluster()["name"]

    def create(caller: Api) -> None:
        caller.call(
            "eks",
            "CreateNodegroup",
            clusterName=cluster,
            nodegroupName=fresh("g"),
            nodeRole=eks.node,
            subnets=eks.subnets,
            launchTemplate={"id": id, "version": "1"},
        )

    rights = ["eks:*", "iam:*", "ec2:Describe*"]
    with pytest.raises(
        ApiError, match=r"not authorized to perform: ec2:RunInstances on resource: .*instance/"
    ):
        create(as_role(allow(rights)))
    with pytest.raises(ApiError, match=r"not authorized to perform: ec2:CreateTags"):
        create(as_role(allow([*rights, "ec2:RunInstances"])))
    create(as_role(allow([*rights, "ec2:RunInstances", "ec2:CreateTags"])))
