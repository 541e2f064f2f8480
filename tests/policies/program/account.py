"""AWS resources as a user may write them, each with one wrong setting."""

import base64
import json
from typing import Any

import pulumi
import pulumi_aws as aws

REPOSITORIES = "repo:acme/*"
GITHUB = "token.actions.githubusercontent.com"


def wrong_account() -> None:
    """Every resource with the setting that its rule reports."""
    provider = aws.Provider(
        "aws",
        region="us-east-2",
        access_key="none",
        secret_key="none",
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_requesting_account_id=True,
    )
    options = pulumi.ResourceOptions(provider=provider)
    group = aws.ec2.SecurityGroup(
        "open",
        ingress=[
            {"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]},
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "prefix_list_ids": ["pl-0123456789abcdef0"]},
        ],
        opts=options,
    )
    template = aws.ec2.LaunchTemplate(
        "nodes",
        network_interfaces=[{"associate_public_ip_address": "true", "security_groups": [group.id]}],
        user_data=base64.b64encode(b"#!/bin/bash\nexport HF_TOKEN=abcdefgh\n").decode(),
        opts=options,
    )
    for name, launched in (("nodes", template.id), ("others", "lt-0123456789abcdef0")):
        aws.eks.NodeGroup(
            name,
            cluster_name="shared",
            node_role_arn="arn:aws:iam::123456789012:role/nodes",
            subnet_ids=["subnet-0123456789abcdef0"],
            scaling_config={"desired_size": 0, "max_size": 1, "min_size": 0},
            launch_template={"id": launched, "version": "1"},
            opts=options,
        )
    aws.ec2.Eip("node", instance="i-0123456789abcdef0", opts=options)
    queue = aws.sqs.Queue("work", opts=options)
    aws.sqs.QueuePolicy(
        "work", queue_url=queue.url, policy=_policy("sqs:*", "*", Principal="*"), opts=options
    )
    repository = aws.ecr.Repository("models", opts=options)
    aws.ecr.RepositoryPolicy(
        "models",
        repository=repository.name,
        policy=_policy(
            "ecr:BatchGetImage",
            None,
            Principal="*",
            Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        ),
        opts=options,
    )
    aws.kms.Key("open", policy=_policy("kms:*", "*", Principal={"AWS": "*"}), opts=options)
    aws.iam.Policy("all", policy=_policy("ec2:*", "arn:aws:ec2:*:123456789012:*"), opts=options)
    aws.iam.Policy("pass", policy=_policy("iam:PassRole", "arn:aws:iam::123456789012:r*"), opts=options)
    aws.iam.Role(
        "pipeline",
        assume_role_policy=_policy(
            "sts:AssumeRoleWithWebIdentity",
            None,
            Principal={"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"},
            Condition={"StringLike": {f"{GITHUB}:sub": REPOSITORIES}},
        ),
        opts=options,
    )
    aws.eks.AccessPolicyAssociation(
        "everyone",
        cluster_name="shared",
        principal_arn="arn:aws:iam::123456789012:role/everyone",
        policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        access_scope={"type": "cluster"},
        opts=options,
    )
    aws.efs.FileSystem("data", opts=options)
    aws.fsx.LustreFileSystem(
        "data", storage_capacity=1200, subnet_ids="subnet-0123456789abcdef0", opts=options
    )
    aws.s3.Bucket("data", opts=options)


def _policy(action: str, resource: str | None, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **({"Resource": resource} if resource else {}), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
