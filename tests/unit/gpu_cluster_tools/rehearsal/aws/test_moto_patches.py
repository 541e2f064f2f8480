import json

import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api, ApiError
from tests.unit.gpu_cluster_tools.rehearsal.aws.network import Network

FRANKFURT = {"LocationConstraint": "eu-central-1"}


def test_bucket_can_be_created_with_tags(api: Api) -> None:
    tags = [{"Key": "team", "Value": "ml"}, {"Key": "empty", "Value": ""}]
    for name, given in {"with-tags": {"Tags": tags}, "without-tags": {}}.items():
        api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=FRANKFURT | given)

    found = api.call("s3", "GetBucketTagging", Bucket="with-tags")["TagSet"]
    assert sorted(found, key=lambda it: it["Key"]) == sorted(tags, key=lambda it: it["Key"])


def test_bucket_policy_requiring_tls_accepts_objects(api: Api, deployer: Api) -> None:
    """moto itself ignores the condition, and denies every request."""
    name = "requires-tls"
    api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=FRANKFURT)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    tls = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = {"Version": "2012-10-17", "Statement": [tls]}
    api.call("s3", "PutBucketPolicy", Bucket=name, Policy=json.dumps(policy))

    deployer.call("s3", "PutObject", Bucket=name, Key="model", Body=b"weights")
    given = {"Objects": [{"Key": "model"}]}
    assert "Errors" not in deployer.call("s3", "DeleteObjects", Bucket=name, Delete=given)

    everyone = {"Version": "2012-10-17", "Statement": [deny]}
    api.call("s3", "PutBucketPolicy", Bucket=name, Policy=json.dumps(everyone))
    with pytest.raises(ApiError, match="with an explicit deny"):
        deployer.call("s3", "PutObject", Bucket=name, Key="model", Body=b"weights")


def test_object_versions_can_be_deleted_while_versioning_is_suspended(api: Api) -> None:
    """The provider suspends versioning before it empties a bucket."""
    bucket = {"Bucket": "with-versions"}
    api.call("s3", "CreateBucket", **bucket, CreateBucketConfiguration=FRANKFURT)
    api.call("s3", "PutBucketVersioning", **bucket, VersioningConfiguration={"Status": "Enabled"})
    api.call("s3", "PutObject", **bucket, Key="model", Body=b"weights")
    api.call("s3", "DeleteObject", **bucket, Key="model")
    api.call("s3", "PutBucketVersioning", **bucket, VersioningConfiguration={"Status": "Suspended"})

    found = api.call("s3", "ListObjectVersions", **bucket)
    named = [{name: it[name] for name in ("Key", "VersionId")} for it in found["Versions"]]
    api.call("s3", "DeleteObjects", **bucket, Delete={"Objects": named})

    api.call("s3", "DeleteBucket", **bucket)


def test_subnet_reports_the_state_of_its_ipv6_range(api: Api) -> None:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    api.call("ec2", "CreateSubnet", VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24", Ipv6CidrBlock=block)

    [subnet] = api.call("ec2", "DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])[
        "Subnets"
    ]

    states = [each["Ipv6CidrBlockState"]["State"] for each in subnet["Ipv6CidrBlockAssociationSet"]]
    assert states == ["associated"]


def test_deleted_nat_gateway_releases_address_and_interface(api: Api) -> None:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    address = api.call("ec2", "AllocateAddress", Domain="vpc")["AllocationId"]

    for _ in range(2):
        made = api.call("ec2", "CreateNatGateway", SubnetId=subnet, AllocationId=address)["NatGateway"]
        api.call("ec2", "DeleteNatGateway", NatGatewayId=made["NatGatewayId"])

    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    assert api.call("ec2", "DescribeNetworkInterfaces", Filters=inside)["NetworkInterfaces"] == []


def test_vpc_endpoint_update_moves_interfaces_and_route_tables(api: Api, network: Network) -> None:
    inside = [{"Name": "vpc-id", "Values": [network.vpc]}]
    another = api.call("ec2", "CreateSubnet", VpcId=network.vpc, CidrBlock="10.0.1.0/24")["Subnet"][
        "SubnetId"
    ]
    service = "com.amazonaws.eu-central-1.ecr.api"
    given = {"VpcId": network.vpc, "ServiceName": service, "VpcEndpointType": "Interface"}
    made = api.call("ec2", "CreateVpcEndpoint", **given, SubnetIds=[network.subnet])["VpcEndpoint"]

    id = made["VpcEndpointId"]
    moved = {"AddSubnetIds": [another], "RemoveSubnetIds": [network.subnet]}
    api.call("ec2", "ModifyVpcEndpoint", VpcEndpointId=id, **moved)
    [interface] = api.call("ec2", "DescribeNetworkInterfaces", Filters=inside)["NetworkInterfaces"]
    assert interface["SubnetId"] == another

    api.call("ec2", "DeleteVpcEndpoints", VpcEndpointIds=[id])
    assert api.call("ec2", "DescribeNetworkInterfaces", Filters=inside)["NetworkInterfaces"] == []


def test_tags_of_a_launch_template_are_not_in_its_versions(api: Api) -> None:
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "team", "Value": "platform"}]}]
    data = {"InstanceType": "g6.4xlarge"}
    made = api.call(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName="own",
        LaunchTemplateData=data,
        TagSpecifications=tags,
    )["LaunchTemplate"]

    id = made["LaunchTemplateId"]
    [version] = api.call("ec2", "DescribeLaunchTemplateVersions", LaunchTemplateId=id)[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"] == data
    assert made["Tags"] == tags[0]["Tags"]


def test_queue_has_url_and_redrive_policy_in_aws_format(api: Api) -> None:
    api.call("sqs", "CreateQueue", QueueName="dead")
    arn = "arn:aws:sqs:eu-central-1:123456789012:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = api.call("sqs", "CreateQueue", QueueName="late", Attributes={"RedrivePolicy": policy})["QueueUrl"]

    attributes = api.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]

    assert url == "https://sqs.eu-central-1.amazonaws.com/123456789012/late"
    assert attributes["RedrivePolicy"] == f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":3}}'
