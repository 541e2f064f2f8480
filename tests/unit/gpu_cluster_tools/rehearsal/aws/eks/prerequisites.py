"""Inputs of a cluster, and calls that create clusters and node groups."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import Api

_ZONES = ("a", "b", "c")


@dataclass(frozen=True)
class Prerequisites:
    api: Api
    vpc: str
    subnets: list[str]
    """One subnet in each of three zones."""

    control: str
    """ARN of a role that EKS may assume."""

    node: str
    """ARN of a role that servers may assume."""

    @classmethod
    def create(cls, api: Api) -> "Prerequisites":
        vpc = api.call("ec2", "CreateVpc", CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            api.call(
                "ec2",
                "CreateSubnet",
                VpcId=vpc,
                CidrBlock=f"10.40.{16 * number}.0/20",
                AvailabilityZone=f"eu-central-1{zone}",
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate(_ZONES)
        ]
        return cls(api, vpc, subnets, role(api, "eks.amazonaws.com"), role(api, "ec2.amazonaws.com"))

    def cluster(self, **settings: Any) -> dict[str, Any]:
        """A new cluster with a network plugin, as EKS describes it."""
        given = {
            "name": fresh("cluster"),
            "version": "1.34",
            "roleArn": self.control,
            "resourcesVpcConfig": {"subnetIds": self.subnets},
            "accessConfig": {"authenticationMode": "API"},
        }
        return self.api.call("eks", "CreateCluster", **given | settings)["cluster"]

    def node_group(self, cluster: str, **settings: Any) -> dict[str, Any]:
        given = {
            "clusterName": cluster,
            "nodegroupName": fresh("group"),
            "nodeRole": self.node,
            "subnets": self.subnets,
            "scalingConfig": {"minSize": 0, "desiredSize": 2, "maxSize": 4},
        }
        return self.api.call("eks", "CreateNodegroup", **given | settings)["nodegroup"]

    def template(self, **data: Any) -> dict[str, str]:
        """A launch template, in the form used by node groups."""
        made = self.api.call(
            "ec2", "CreateLaunchTemplate", LaunchTemplateName=fresh("template"), LaunchTemplateData=data
        )
        return {"id": made["LaunchTemplate"]["LaunchTemplateId"], "version": "1"}


def role(api: Api, service: str) -> str:
    """ARN of a new role that a service may assume."""
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
    }
    return api.call("iam", "CreateRole", RoleName=fresh("role"), AssumeRolePolicyDocument=json.dumps(trust))[
        "Role"
    ]["Arn"]


def fresh(word: str) -> str:
    return f"{word}-{uuid.uuid4().hex[:7]}"
