from rehearsal.aws.api import Api

FRANKFURT = {"LocationConstraint": "eu-central-1"}


def test_a_bucket_may_be_created_with_tags(api: Api) -> None:
    tags = [{"Key": "team", "Value": "ml"}, {"Key": "empty", "Value": ""}]
    for name, given in {"with-tags": {"Tags": tags}, "without-tags": {}}.items():
        api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=FRANKFURT | given)

    found = api.call("s3", "GetBucketTagging", Bucket="with-tags")["TagSet"]
    assert sorted(found, key=lambda it: it["Key"]) == sorted(tags, key=lambda it: it["Key"])


def test_a_subnet_says_in_a_word_whether_its_range_is_associated(api: Api) -> None:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    api.call("ec2", "CreateSubnet", VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24", Ipv6CidrBlock=block)

    [subnet] = api.call("ec2", "DescribeSubnets", Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])[
        "Subnets"
    ]

    states = [each["Ipv6CidrBlockState"]["State"] for each in subnet["Ipv6CidrBlockAssociationSet"]]
    assert states == ["associated"]


def test_a_nat_gateway_frees_its_address_and_takes_its_interface_along(api: Api) -> None:
    vpc = api.call("ec2", "CreateVpc", CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    address = api.call("ec2", "AllocateAddress", Domain="vpc")["AllocationId"]

    for _ in range(2):
        made = api.call("ec2", "CreateNatGateway", SubnetId=subnet, AllocationId=address)["NatGateway"]
        api.call("ec2", "DeleteNatGateway", NatGatewayId=made["NatGatewayId"])

    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    assert api.call("ec2", "DescribeNetworkInterfaces", Filters=inside)["NetworkInterfaces"] == []
