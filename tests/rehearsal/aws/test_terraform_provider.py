"""The Terraform provider in pulumi-aws, with its own waits and checks, creates resources in the account."""

import json
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.review import aws_types
from gpu_cluster_tools.toolchain import AWS_PROVIDER, provide
from tests.rehearsal.aws.project import Project, contents
from tests.rehearsal.aws.test_network import FIRST as NETWORK

pytestmark = pytest.mark.engine

TOO_LONG = """
    import json
    import pulumi_aws as aws

    principal = {"Service": "ec2.amazonaws.com"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    trust = json.dumps({"Statement": [statement]})
    for length in (56, 57):
        aws.iam.Role("r" * length, assume_role_policy=trust)
"""


@pytest.fixture(scope="module")
def provider() -> Path:
    return provide(AWS_PROVIDER)


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = Path(tmp_path_factory.mktemp("terraform")) / "terraform"
    return Project.of(folder, account, "import pulumi\n")


@pytest.mark.parametrize("program", ["network", "platform_network"])
def test_network_is_created_and_destroyed(project: Project, account: Account, program: str) -> None:
    project.program(program)
    project.configure("aws:defaultTags", '{"tags": {"team": "platform"}}')
    project.configure("settings", json.dumps(NETWORK))

    project.up()
    preview = project.pulumi("preview", "--expect-no-changes", "--diff")
    refresh = project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert preview.returncode == 0, preview.stdout
    assert refresh.returncode == 0, refresh.stdout
    assert destroyed.returncode == 0, destroyed.stdout
    assert contents(account) == {}


def test_generated_name_that_is_too_long_fails_the_preview(project: Project) -> None:
    project.program(TOO_LONG)

    preview = project.pulumi("preview")

    assert preview.returncode != 0
    assert f"'{'r' * 57}-' plus 7 random chars is longer than maximum length 64" in preview.stdout
    assert f"'{'r' * 56}-'" not in preview.stdout


def test_replacement_table_matches_the_provider_schema(provider: Path, tmp_path: Path) -> None:
    aws_types.write_schema(provider, tmp_path)

    assert aws_types.table_of(json.loads((tmp_path / "schema.json").read_text())) == aws_types.table()
