"""The policy pack on a program of AWS resources, with the real engine and provider.

The program uses no component of this project, as a user may write it.
"""

import re
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import AWS_PROVIDER, install
from gpu_cluster_tools.toolchain.aws_provider import PULUMI_AWS_VERSION
from gpu_cluster_tools.toolchain.installed import PROVIDER_VERSION
from tests.policies.test_engine import Engine

STOPPING = {
    "12-imdsv2",
    "13-imds-hop-limit",
    "14-no-public-nodes",
    "15-volumes-encrypted",
    "16-no-credentials-in-user-data",
    "17-immutable-tags",
    "18-scan-on-push",
    "20-repository-not-public",
    "27-no-ingress-from-the-world",
    "30-efs-encrypted",
    "34-fsx-encrypted",
    "35-public-access-blocked",
    "36-bucket-encrypted",
    "37-bucket-versioned",
    "38-bucket-tls-only",
    "40-key-rotation",
    "41-no-wildcard-key-principal",
    "44-no-wildcard-permissions",
    "46-trust-bound",
    "47-pass-role-scoped",
    "68-no-cluster-admin",
    "79-allowed-instances",
    "80-allowed-regions",
    "85-pinned-images",
    "87-tags",
    "109-resource-policies-not-public",
}

pytestmark = pytest.mark.engine


def test_preview_stops_on_every_wrong_setting(tmp_path: Path) -> None:
    toolchain = install(also=[AWS_PROVIDER])
    for name, version in (("aws", PULUMI_AWS_VERSION), ("kubernetes", PROVIDER_VERSION)):
        plugin = tmp_path / f"home/plugins/resource-{name}-v{version.removeprefix('v')}"
        plugin.mkdir(parents=True)
        (plugin / f"pulumi-resource-{name}").symlink_to(toolchain.path(f"pulumi-resource-{name}"))
    engine = Engine(tmp_path, toolchain, PULUMI_HOME=str(tmp_path / "home"))

    preview = engine.preview("account")

    said = preview.stdout + preview.stderr
    assert preview.returncode != 0
    assert set(re.findall(r"\[mandatory\] +(\S+) ", preview.stdout)) == STOPPING, said
    assert re.findall(r": not judged: (.*?)(?: is|,)", preview.stdout) == [
        "ingress[1].prefixListIds[0]",
        "launchTemplate.id",
    ], said
    assert "could not be evaluated" not in said
    assert "can't run policy" not in said
