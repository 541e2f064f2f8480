"""A small network with other resources: one of nearly every emulated type."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
block = config.get("block") or "10.0.0.0/16"
region = aws.get_region().region
zones = aws.get_availability_zones(state="available").names
account = aws.get_caller_identity().account_id

# Two NAT gateways cannot share one address, not even while one replaces the other.
ONE_ADDRESS = pulumi.ResourceOptions(delete_before_replace=True)

vpc = aws.ec2.Vpc(
    "main", cidr_block=block, enable_dns_hostnames=True, tags={"Name": config.get("title") or "main"}
)
aws.ec2.DefaultSecurityGroup("closed", vpc_id=vpc.id)
# It cannot be detached from a VPC while NAT gateways there have addresses.
gateway = aws.ec2.InternetGateway(
    "main", vpc_id=vpc.id, opts=pulumi.ResourceOptions(replace_on_changes=["vpcId"])
)
prefix = block.rpartition(".0.0/")[0]
subnets = [
    aws.ec2.Subnet(f"main-{zone}", vpc_id=vpc.id, cidr_block=f"{prefix}.{index}.0/24", availability_zone=zone)
    for index, zone in enumerate(zones)
]
address = aws.ec2.Eip("nat", domain="vpc", opts=pulumi.ResourceOptions(depends_on=[gateway]))
nat = aws.ec2.NatGateway(
    "main", subnet_id=subnets[0].id, allocation_id=address.allocation_id, opts=ONE_ADDRESS
)

public = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.Route("internet", route_table_id=public.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
private = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.Route("nat", route_table_id=private.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)
for index, subnet in enumerate(subnets):
    table = private if index else public
    aws.ec2.RouteTableAssociation(f"subnet-{index}", route_table_id=table.id, subnet_id=subnet.id)

endpoints = aws.ec2.SecurityGroup("endpoints", vpc_id=vpc.id, description="interface endpoints")
aws.vpc.SecurityGroupIngressRule(
    "https", security_group_id=endpoints.id, ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv4=block
)
aws.vpc.SecurityGroupEgressRule(
    "out", security_group_id=endpoints.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0", description="anywhere"
)
aws.ec2.VpcEndpoint(
    "s3", vpc_id=vpc.id, service_name=f"com.amazonaws.{region}.s3", route_table_ids=[public.id, private.id]
)
aws.ec2.VpcEndpoint(
    "ecr",
    vpc_id=vpc.id,
    service_name=f"com.amazonaws.{region}.ecr.api",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[subnet.id for subnet in subnets],
    security_group_ids=[endpoints.id],
)

key = aws.kms.Key(
    "data",
    description="data",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    policy=aws.iam.get_policy_document(
        statements=[
            {
                "actions": ["kms:*"],
                "resources": ["*"],
                "principals": [{"type": "AWS", "identifiers": [f"arn:aws:iam::{account}:root"]}],
            },
            {
                "actions": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                "resources": ["*"],
                "principals": [{"type": "Service", "identifiers": [f"logs.{region}.amazonaws.com"]}],
            },
        ]
    ).json,
)
aws.kms.Alias("data", target_key_id=key.id)

logs = aws.cloudwatch.LogGroup("flows", retention_in_days=30, kms_key_id=key.arn)
role = aws.iam.Role(
    "flows",
    assume_role_policy=aws.iam.get_policy_document(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["vpc-flow-logs.amazonaws.com"]}],
            }
        ]
    ).json,
)
aws.iam.RolePolicy(
    "flows",
    role=role.id,
    policy=logs.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": f"{arn}:*"}],
            }
        )
    ),
)
policy = aws.iam.Policy(
    "read",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
        }
    ),
)
aws.iam.RolePolicyAttachment("read", role=role.name, policy_arn=policy.arn)
aws.iam.RolePolicyAttachment(
    "managed", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
)
aws.ec2.FlowLog("main", vpc_id=vpc.id, traffic_type="ALL", log_destination=logs.arn, iam_role_arn=role.arn)

bucket = aws.s3.Bucket("models", force_destroy=True)
aws.s3.BucketVersioning("models", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
aws.s3.BucketServerSideEncryptionConfiguration(
    "models",
    bucket=bucket.id,
    rules=[
        {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": "aws:kms",
                "kms_master_key_id": key.arn,
            },
            "bucket_key_enabled": True,
        }
    ],
)
aws.s3.BucketPublicAccessBlock("models", bucket=bucket.id, block_public_acls=True, block_public_policy=True)
aws.s3.BucketPolicy(
    "models",
    bucket=bucket.id,
    policy=bucket.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [arn, f"{arn}/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            }
        )
    ),
)
aws.s3.BucketLifecycleConfiguration(
    "models",
    bucket=bucket.id,
    rules=[
        {
            "id": "old",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrent_version_expiration": {"noncurrent_days": 30},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
        }
    ],
)

repository = aws.ecr.Repository(
    "serving",
    image_tag_mutability=config.get("mutability") or "IMMUTABLE",
    image_scanning_configuration={"scan_on_push": True},
    encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
    tags={"purpose": config.get_secret("purpose") or "serving"},
)
aws.ecr.LifecyclePolicy(
    "serving",
    repository=repository.name,
    policy=json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30},
                    "action": {"type": "expire"},
                }
            ]
        }
    ),
)

pulumi.export("vpc", vpc.id)
pulumi.export("subnets", [subnet.id for subnet in subnets])
pulumi.export("tags", vpc.tags_all)
pulumi.export("repository", repository.repository_url)
pulumi.export("repository tags", repository.tags)
