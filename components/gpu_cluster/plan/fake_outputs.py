"""Simulated outputs of AWS resources: names, ids, ARNs and addresses.

They have AWS's formats and are deterministic for a stack, so two plans can be compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gpu_cluster.config.partition import partition_of

Inputs = Mapping[str, Any]
Outputs = dict[str, Any]

_HEX_OF_AN_ID = 17
_HEX_OF_A_NAME = 7  # suffix of automatic names of the provider
_FORM = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "eigw",
    "aws:ec2/flowLog:FlowLog": "fl",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "aws:efs/accessPoint:AccessPoint": "fsap",
    "aws:efs/fileSystem:FileSystem": "fs",
    "aws:efs/mountTarget:MountTarget": "fsmt",
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": "dra",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "fs",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
}
"""Prefixes of ids that AWS assigns; the id of any other resource is its name."""


@dataclass(frozen=True, slots=True)
class RequestedResource:
    """A resource with its requested inputs."""

    type: str
    logical: str
    """Logical name in the program."""

    inputs: Inputs
    account: str
    region: str

    @property
    def hex(self) -> str:
        return sha256(f"{self.type} {self.logical}".encode()).hexdigest()

    @property
    def name(self) -> str:
        """Name set by the program, or else the provider's automatic name."""
        given = self.inputs.get("name") or self.inputs.get("bucket")
        if isinstance(given, str) and given:
            return given
        return f"{self.inputs.get('namePrefix', f'{self.logical}-')}{self.hex[:_HEX_OF_A_NAME]}"

    @property
    def id(self) -> str:
        form = _FORM.get(self.type)
        if form:
            return f"{form}-{self.hex[:_HEX_OF_AN_ID]}"
        return _uuid(self.hex) if self.type == "aws:kms/key:Key" else self.name

    def arn(self, service: str, path: str, *, region: str | None = None, account: str | None = None) -> str:
        where = self.region if region is None else region
        whose = self.account if account is None else account
        return f"arn:{partition_of(self.region)}:{service}:{where}:{whose}:{path}"


def outputs_of(asked: RequestedResource) -> Outputs:
    """Outputs by the engine's property names, without those that only repeat inputs."""
    say = _SAYS.get(asked.type)
    named = {} if "name" in asked.inputs else {"name": asked.name}
    return {**named, **(say(asked) if say else {})}


def _arn(service: str, path: str) -> Callable[[RequestedResource], Outputs]:
    """An ARN whose last part is this path, with the resource's name or id."""
    return lambda it: {"arn": it.arn(service, path.format(name=it.name, id=it.id))}


def _everywhere(service: str, path: str) -> Callable[[RequestedResource], Outputs]:
    """ARN of a resource of a global service."""
    return lambda it: {"arn": it.arn(service, path.format(name=it.name), region="")}


def _cluster(it: RequestedResource) -> Outputs:
    return {
        "arn": it.arn("eks", f"cluster/{it.name}"),
        "endpoint": f"https://{it.hex[:32].upper()}.gr7.{it.region}.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "vpcConfig": {
            **it.inputs.get("vpcConfig", {}),
            "clusterSecurityGroupId": f"sg-{it.hex[-_HEX_OF_AN_ID:]}",
        },
        "identities": [
            {"oidcs": [{"issuer": f"https://oidc.eks.{it.region}.amazonaws.com/id/{it.hex[:32]}"}]}
        ],
    }


def _node_group(it: RequestedResource) -> Outputs:
    cluster = it.inputs.get("clusterName", "")
    group = it.inputs.get("nodeGroupName") or it.name
    return {
        "nodeGroupName": group,
        "arn": it.arn("eks", f"nodegroup/{cluster}/{group}/{_uuid(it.hex)}"),
        "resources": [{"autoscalingGroups": [{"name": f"eks-{group}-{_uuid(it.hex)}"}]}],
    }


def _bucket(it: RequestedResource) -> Outputs:
    return {
        "bucket": it.name,
        "arn": it.arn("s3", it.name, region="", account=""),
        "bucketDomainName": f"{it.name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{it.name}.s3.{it.region}.amazonaws.com",
    }


def _lustre(it: RequestedResource) -> Outputs:
    return {
        "arn": it.arn("fsx", f"file-system/{it.id}"),
        "dnsName": f"{it.id}.fsx.{it.region}.amazonaws.com",
        "mountName": it.hex[:8],
    }


def _efs(it: RequestedResource) -> Outputs:
    return {
        "arn": it.arn("elasticfilesystem", f"file-system/{it.id}"),
        "dnsName": f"{it.id}.efs.{it.region}.amazonaws.com",
    }


def _repository(it: RequestedResource) -> Outputs:
    return {
        "arn": it.arn("ecr", f"repository/{it.name}"),
        "registryId": it.account,
        "repositoryUrl": f"{it.account}.dkr.ecr.{it.region}.amazonaws.com/{it.name}",
    }


def _queue(it: RequestedResource) -> Outputs:
    url = f"https://sqs.{it.region}.amazonaws.com/{it.account}/{it.name}"
    return {"arn": it.arn("sqs", it.name), "url": url}


def _key(it: RequestedResource) -> Outputs:
    return {"arn": it.arn("kms", f"key/{it.id}"), "keyId": it.id}


def uid_of(type: str, id: str) -> str:
    """UID of a Kubernetes object, deterministic for the object."""
    return _uuid(sha256(f"{type}\n{id}".encode()).hexdigest())


def _uuid(hex: str) -> str:
    return "-".join((hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:32]))


_SAYS: Mapping[str, Callable[[RequestedResource], Outputs]] = {
    "aws:backup/vault:Vault": _arn("backup", "backup-vault:{name}"),
    "aws:cloudwatch/eventRule:EventRule": _arn("events", "rule/{name}"),
    "aws:cloudwatch/logGroup:LogGroup": _arn("logs", "log-group:{name}"),
    "aws:ec2/eip:Eip": lambda it: {"allocationId": it.id},
    "aws:ec2/launchTemplate:LaunchTemplate": lambda it: {
        "arn": it.arn("ec2", f"launch-template/{it.id}"),
        "latestVersion": 1,
        "defaultVersion": 1,
    },
    "aws:ec2/securityGroup:SecurityGroup": _arn("ec2", "security-group/{id}"),
    "aws:ec2/subnet:Subnet": _arn("ec2", "subnet/{id}"),
    "aws:ec2/vpc:Vpc": lambda it: {"arn": it.arn("ec2", f"vpc/{it.id}")},
    "aws:ecr/repository:Repository": _repository,
    "aws:efs/accessPoint:AccessPoint": _arn("elasticfilesystem", "access-point/{id}"),
    "aws:efs/fileSystem:FileSystem": _efs,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:fsx/lustreFileSystem:LustreFileSystem": _lustre,
    "aws:iam/instanceProfile:InstanceProfile": _everywhere("iam", "instance-profile/{name}"),
    "aws:iam/policy:Policy": _everywhere("iam", "policy/{name}"),
    "aws:iam/role:Role": _everywhere("iam", "role/{name}"),
    "aws:kms/key:Key": _key,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:sns/topic:Topic": _arn("sns", "{name}"),
    "aws:sqs/queue:Queue": _queue,
}
