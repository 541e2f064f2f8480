"""Errors of the provider and the account, with their messages."""

from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.rehearsal.aws.project import REGION, Project, contents

pytestmark = [pytest.mark.engine, pytest.mark.slow]

WRONG = {
    'aws.ec2.Vpc("a", cidr_block=7)': "expected cidr_block to contain a valid Value, got: 7",
    'aws.ec2.Vpc("a", cidr_block="10.0.0.0/16", instance_tenancy="shared")': (
        'expected instance_tenancy to be one of ["default" "dedicated"], got shared'
    ),
    'aws.ec2.Vpc("a", cidr_block="10.0.0.0/16", enable_dns_support="yes")': "cannot parse '' as bool",
    'aws.ecr.Repository("a", image_scanning_configuration={"scanOnPusch": True})': (
        "Invalid or unknown key. Examine values at 'a.imageScanningConfiguration.scanOnPusch'"
    ),
    'aws.iam.Role("a", assume_role_policy="{")': '"assume_role_policy" contains an invalid JSON policy',
    'aws.dynamodb.Table("a", hash_key="id")': "Resource type 'aws:dynamodb/table:Table' not found.",
    "aws.ec2.get_vpcs().ids": "Invoke 'aws:ec2/getVpcs:getVpcs' not found.",
}


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("refusals")) / "refusals", account, "import pulumi\n")


@pytest.mark.parametrize("line", WRONG)
def test_invalid_input_is_an_error_of_the_preview(project: Project, line: str) -> None:
    project.program(f"import pulumi_aws as aws\n{line}\n")

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert WRONG[line] in preview.stdout
    assert "panic" not in preview.stdout


def test_unknown_reference_is_refused(project: Project) -> None:
    project.program("""
        import pulumi_aws as aws
        aws.ec2.Subnet("lost", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24")
    """)

    up = project.pulumi("up", "--yes", "--skip-preview")

    assert up.returncode != 0
    assert "api error InvalidVpcID.NotFound" in up.stdout


def test_bucket_in_use_is_not_deleted(project: Project) -> None:
    project.program("""
        import pulumi, pulumi_aws as aws
        pulumi.export("bucket", aws.s3.Bucket("used").id)
    """)
    project.up()
    api, bucket = Api(project.account.endpoint, REGION), project.outputs()["bucket"]
    api.call("s3", "PutObject", Bucket=bucket, Key="model", Body=b"weights")

    refused = project.pulumi("destroy", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert "api error BucketNotEmpty" in refused.stdout

    api.call("s3", "DeleteObject", Bucket=bucket, Key="model")
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
