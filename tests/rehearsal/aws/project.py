"""A project with an emulated AWS account, and the contents of the account."""

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import TMPDIR, engine_tmpdir
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install

PROGRAMS = Path(__file__).parent / "programs"
REGION = "eu-central-1"


@dataclass(frozen=True)
class Project:
    """A Pulumi project with one stack, `dev`, that runs one program in one account."""

    folder: Path
    account: Account
    main: str = "."
    """Folder of its program."""

    @classmethod
    def of(cls, folder: Path, account: Account, program: str) -> "Project":
        folder.mkdir()
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text(
            f"name: {folder.name}\nruntime:\n  name: python\n  options:\n    virtualenv: {sys.prefix}\n"
        )
        project = cls(folder, account)
        project.program(program)
        created = project.pulumi("stack", "init", "dev")
        assert created.returncode == 0, created.stdout
        project.configure("aws:region", REGION)
        return project

    def program(self, text: str) -> None:
        """Use this text as program, or the program with this name in programs/."""
        file = PROGRAMS / f"{text}.py"
        target = self.folder / self.main / "__main__.py"
        if "\n" not in text:
            shutil.copy(file, target)
        else:
            target.write_text(textwrap.dedent(text))

    def configure(self, key: str, value: str, *more: str) -> None:
        done = self.pulumi("config", "set", *more, key, value)
        assert done.returncode == 0, done.stdout

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine to its end; stdout and stderr are combined."""
        with engine_tmpdir(self.folder) as tmpdir:
            return subprocess.run(
                ["pulumi", *arguments, "--non-interactive", "--color=never"],
                cwd=self.folder,
                env=self.environment() | {TMPDIR: str(tmpdir.path)},
                pass_fds=tmpdir.locks,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
                check=False,
            )

    def environment(self) -> dict[str, str]:
        """Environment variables with the account and the state."""
        state = {"PULUMI_BACKEND_URL": (self.folder / "state").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "test"}
        toolchain = install(also=[AWS_PROVIDER])
        provider = toolchain.path(AWS_PROVIDER.name)
        return self.account.environment(toolchain.environment(), provider) | state

    def up(self) -> str:
        done = self.pulumi("up", "--yes", "--skip-preview")
        assert done.returncode == 0, done.stdout
        return done.stdout

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.pulumi("stack", "output", "--json").stdout)

    def state(self) -> list[dict[str, Any]]:
        exported = json.loads(self.pulumi("stack", "export").stdout)
        return exported["deployment"].get("resources", [])


def contents(account: Account) -> dict[str, list[str]]:
    """Names of all resources in an account that were created after its start."""
    api = Api(account.endpoint, REGION)
    return {operation: sorted(names) for operation, names in _contents(api) if names}


def _contents(api: Api) -> Iterator[tuple[str, list[str]]]:
    vpcs = [each["VpcId"] for each in api.call("ec2", "DescribeVpcs")["Vpcs"] if not each["IsDefault"]]
    yield "vpcs", vpcs
    for operation, key, id in (
        ("DescribeSubnets", "Subnets", "SubnetId"),
        ("DescribeRouteTables", "RouteTables", "RouteTableId"),
        ("DescribeSecurityGroups", "SecurityGroups", "GroupId"),
        ("DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ):
        in_vpcs = [{"Name": "vpc-id", "Values": vpcs or ["none"]}]
        yield key, [each[id] for each in api.call("ec2", operation, Filters=in_vpcs)[key]]
    for operation, key, id in (
        ("DescribeInternetGateways", "InternetGateways", "InternetGatewayId"),
        ("DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
        ("DescribeAddresses", "Addresses", "AllocationId"),
        ("DescribeNatGateways", "NatGateways", "NatGatewayId"),
        ("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId"),
        ("DescribeFlowLogs", "FlowLogs", "FlowLogId"),
    ):
        listed = api.call("ec2", operation)[key]
        yield key, [each[id] for each in listed if each.get("State") != "deleted"]
    yield "buckets", [each["Name"] for each in api.call("s3", "ListBuckets")["Buckets"]]
    roles = api.call("iam", "ListRoles")["Roles"]
    yield "roles", [it["RoleName"] for it in roles if not it["Path"].startswith("/aws-service-role/")]
    yield "policies", [each["Arn"] for each in api.call("iam", "ListPolicies", Scope="Local")["Policies"]]
    yield "log groups", [each["logGroupName"] for each in api.call("logs", "DescribeLogGroups")["logGroups"]]
    repositories = api.call("ecr", "DescribeRepositories")["repositories"]
    yield "repositories", [each["repositoryName"] for each in repositories]
    yield "keys", [key["KeyId"] for key in api.call("kms", "ListKeys")["Keys"] if _lives(api, key["KeyId"])]
    aliases = api.call("kms", "ListAliases")["Aliases"]
    yield "aliases", [each["AliasName"] for each in aliases if not each["AliasName"].startswith("alias/aws/")]


def _lives(api: Api, key: str) -> bool:
    return api.call("kms", "DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion"
