"""The component provider started by the real engine: its schema, and a program with its components."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster.component_provider import VERSION
from gpu_cluster_tools.rehearsal.engine.engine import local_state
from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from tests.rehearsal.checkout import PROJECT
from tests.rehearsal.provider_plugins import home_with_providers

pytestmark = pytest.mark.engine

PROJECT_FILE = """\
name: images
runtime: {{name: python, options: {{virtualenv: "{venv}"}}}}
plugins:
  providers:
    - {{name: gpu-cluster, path: "{plugin}", version: 0.2.0}}
"""
PROGRAM = """\
import pulumi
import pulumi_aws as aws


class EcrRegistry(pulumi.ComponentResource):
    urls: pulumi.Output[dict[str, str]]

    def __init__(self, name, opts, **args):
        outputs = {"urls": None, "mirror": None}
        super().__init__("gpu-cluster:index:EcrRegistry", name, args | outputs, opts, remote=True)


account = aws.Provider(
    "account",
    region="eu-central-1",
    access_key="any",
    secret_key="any",
    skip_credentials_validation=True,
    skip_requesting_account_id=True,
    skip_metadata_api_check=True,
)
registry = EcrRegistry(
    "registry",
    pulumi.ResourceOptions(providers=[account]),
    settings={"repositories": {"vision/api": {"READERS": ["210987654321"]}}},
    account="123456789012",
    region="eu-central-1",
    key="arn:aws:kms:eu-central-1:123456789012:key/1",
)
pulumi.export("urls", registry.urls)
"""
"""A remote component, as used from any language: the provider creates it in its own process."""


@dataclass(frozen=True)
class Workplace:
    plugin: Path
    program: Path
    environment: dict[str, str]

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.program,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("components")
    toolchain = install(also=[AWS_PROVIDER])
    home = home_with_providers(folder, toolchain)
    shutil.copytree(PROJECT / "components", folder / "plugin", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "plugin/.venv").symlink_to(PROJECT / ".venv")
    program = folder / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text(
        PROJECT_FILE.format(venv=PROJECT / ".venv", plugin=folder / "plugin", version=VERSION)
    )
    (program / "__main__.py").write_text(PROGRAM.replace("READERS", "readers"))
    return Workplace(folder / "plugin", program, toolchain.environment() | local_state(program) | home)


def test_cli_reads_the_schema_of_the_folder(workplace: Workplace) -> None:
    done = workplace.pulumi("package", "get-schema", str(workplace.plugin))

    assert done.returncode == 0, done.stderr
    schema: dict[str, Any] = json.loads(done.stdout)
    assert set(schema["resources"]) == {
        f"gpu-cluster:index:{name}"
        for name in ("DevicePlugin", "EcrRegistry", "EksCluster", "Network", "NodeGroups", "Platform")
    }
    assert "hubToken" in schema["resources"]["gpu-cluster:index:Platform"]["inputProperties"]


def test_program_gets_the_resources_of_a_component(workplace: Workplace) -> None:
    made = workplace.pulumi("stack", "init", "dev")
    assert made.returncode == 0, made.stderr

    done = workplace.pulumi("preview", "--stack", "dev", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    steps = json.loads(done.stdout)["steps"]
    types = [step["newState"]["type"] for step in steps]
    assert {"gpu-cluster:index:EcrRegistry", "gpu-cluster:index:Repository"} <= set(types)
    [repository] = [
        it["newState"] for it in steps if it["newState"]["type"] == "aws:ecr/repository:Repository"
    ]
    assert repository["inputs"]["imageTagMutability"] == "IMMUTABLE"


def test_invalid_input_is_reported_by_key_without_provider_frames(workplace: Workplace) -> None:
    program = workplace.program / "__main__.py"
    program.write_text(PROGRAM.replace("READERS", "reeders"))

    done = workplace.pulumi("preview", "--stack", "dev")

    assert done.returncode != 0
    assert 'property settings.repositories["vision/api"].reeders' in done.stdout + done.stderr
    assert "component_provider.py" not in done.stdout + done.stderr
