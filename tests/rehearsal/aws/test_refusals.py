"""What the provider and the account refuse, and in which words."""

from pathlib import Path

import pytest

from rehearsal.aws import Account
from rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = pytest.mark.engine

WRONG = {
    'aws.ec2.Vpc("a", cidr_block=7)': "cidrBlock: expected a string, got 7",
    'aws.ec2.Vpc("a", cidr_block="10.0.0.0/16", instance_tenancy="shared")': (
        "instanceTenancy: expected one of default, dedicated, host; got 'shared'"
    ),
    'aws.ec2.Vpc("a", cidr_block="10.0.0.0/16", ipv4_ipam_pool_id="p", enable_dns_support="yes")': (
        "enableDnsSupport: expected a boolean, got 'yes'"
    ),
    'aws.ecr.Repository("a", image_scanning_configuration={"scanOnPusch": True})': (
        "imageScanningConfiguration.scanOnPusch: unknown property, did you mean 'scanOnPush'?"
    ),
    'aws.iam.Role("a", assume_role_policy="{")': "assumeRolePolicy: not JSON",
    'aws.dynamodb.Table("a", hash_key="id")': "aws:dynamodb/table:Table has no emulation in rehearsal/aws",
    "aws.ec2.get_vpcs().ids": "aws:ec2/getVpcs:getVpcs has no emulation in rehearsal/aws",
    'aws.ec2.VpcEndpoint("a", vpc_id="v", service_region="eu-west-1", auto_accept=True)': (
        "autoAccept: aws:ec2/vpcEndpoint:VpcEndpoint has no emulation of this property in rehearsal/aws"
    ),
}


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("refusals")) / "refusals", account, "import pulumi\n")


@pytest.mark.parametrize("line", WRONG)
def test_a_mistake_is_an_error_of_the_preview(project: Project, line: str) -> None:
    project.program(f"import pulumi_aws as aws\n{line}\n")

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert WRONG[line] in preview.stdout
    assert "Exception calling application" not in preview.stdout


def test_what_does_not_exist_cannot_be_referred_to(project: Project) -> None:
    project.program("""
        import pulumi_aws as aws
        aws.ec2.Subnet("lost", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24")
    """)

    up = project.pulumi("up", "--yes", "--skip-preview")

    assert up.returncode != 0
    assert "creating aws:ec2/subnet:Subnet: InvalidVpcID.NotFound" in up.stdout


def test_what_is_still_used_cannot_be_deleted(project: Project, tmp_path: Path) -> None:
    project.program("""
        import pulumi, pulumi_aws as aws
        pulumi.export("vpc", aws.ec2.Vpc("used", cidr_block="10.0.0.0/16").id)
    """)
    project.up()
    api, vpc = Api(project.account.endpoint, REGION), project.outputs()["vpc"]
    subnet = api.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

    refused = project.pulumi("destroy", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert f"deleting aws:ec2/vpc:Vpc {vpc}: DependencyViolation" in refused.stdout

    api.call("ec2", "DeleteSubnet", SubnetId=subnet)
    assert project.pulumi("destroy", "--yes", "--skip-preview").returncode == 0
    assert contents(project.account) == {}


def test_two_stacks_share_the_account(project: Project, account: Account, tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_aws as aws
        aws.s3.Bucket("shared", bucket="one-name-for-all")
    """
    project.program(program)
    project.up()
    other = Project.of(tmp_path / "other", account, program)

    refused = other.pulumi("up", "--yes", "--skip-preview")

    assert refused.returncode != 0
    assert "BucketAlreadyOwnedByYou" in refused.stdout
    assert project.pulumi("destroy", "--yes", "--skip-preview").returncode == 0
    other.up()
    assert contents(account) == {"buckets": ["one-name-for-all"]}
    assert other.pulumi("destroy", "--yes", "--skip-preview").returncode == 0
