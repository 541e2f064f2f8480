"""The real engine under injected faults: it loses nothing, creates nothing twice, and says how to go on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.faults import Fault, Faults
from tests.rehearsal.aws.project import Project, contents

pytestmark = pytest.mark.engine

NETWORK = """
    import pulumi_aws as aws
    vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", tags={"Name": "main"})
"""
PROGRAM = f"""{NETWORK}
    aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    bucket = aws.s3.Bucket("data")
    aws.s3.BucketVersioning("data", bucket=bucket.bucket, versioning_configuration={{"status": "Enabled"}})
    aws.cloudwatch.LogGroup("logs", retention_in_days=7, tags={{"of": "faults"}})
    key = aws.kms.Key("key", enable_key_rotation=True)
    aws.kms.Alias("key", name="alias/key", target_key_id=key.key_id)
"""
LATE = """
    aws.ec2.Subnet("late", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
"""


@pytest.fixture(scope="module")
def project(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.of(Path(tmp_path_factory.mktemp("faults")) / "faults", account, NETWORK)


@pytest.fixture(autouse=True)
def calm(account: Account) -> Iterator[None]:
    yield
    account.inject(Faults())


def known(project: Project) -> set[str]:
    """IDs in the state."""
    return {each["id"] for each in project.state() if each["type"].startswith("aws:")}


def held(account: Account) -> set[str]:
    """IDs of resources that the account lists."""
    found = contents(account)
    names = ("vpcs", "Subnets", "buckets", "log groups", "keys", "aliases")
    return {name for kind in names for name in found.get(kind, [])}


def test_persistent_throttling_creates_nothing(project: Project, account: Account) -> None:
    account.inject(Faults({Fault.THROTTLING: 1.0}))

    up = project.pulumi("up", "--yes", "--skip-preview")

    assert up.returncode != 0
    assert "exceeded maximum number of attempts, 25" in up.stdout
    assert known(project) == held(account) == set()


def test_timeout_after_success_loses_nothing_and_the_next_update_continues(
    project: Project, account: Account
) -> None:
    project.program(PROGRAM)
    account.inject(Faults({Fault.TIMEOUT_AFTER_SUCCESS: 1.0}))

    up = project.pulumi("up", "--yes", "--skip-preview")

    assert up.returncode != 0
    assert "api error WaitTimedOut: timeout while waiting" in up.stdout
    first = known(project)
    assert first
    assert first == held(account)

    account.inject(Faults())
    project.up()

    assert known(project) >= first
    assert known(project) >= held(account)
    preview = project.pulumi("preview", "--expect-no-changes", "--diff")
    assert preview.returncode == 0, preview.stdout


def test_refresh_marks_existing_resources_as_created(project: Project, account: Account) -> None:
    project.program(PROGRAM + LATE)
    account.inject(Faults({Fault.TIMEOUT_AFTER_SUCCESS: 1.0}))
    assert project.pulumi("up", "--yes", "--skip-preview").returncode != 0
    account.inject(Faults())

    assert project.pulumi("refresh", "--yes", "--skip-preview").returncode == 0

    assert "9 unchanged" in project.up()


def test_destroy_deletes_unfinished_resources(project: Project, account: Account) -> None:
    destroyed = project.pulumi("destroy", "--yes", "--skip-preview")

    assert destroyed.returncode == 0, destroyed.stdout
    assert contents(account) == {}, json.dumps(contents(account))
