"""Upgrades of a platform on AWS with the real engine: no data and no node without spare capacity is lost.

Each test builds on the previous one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from gpu_cluster.plan.urn import name_of
from gpu_cluster_tools.rehearsal import Sandbox
from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import documents_for
from gpu_cluster_tools.rehearsal.aws.iam.later_updates import later_updates
from gpu_cluster_tools.rehearsal.engine.event_log import Operation
from gpu_cluster_tools.rehearsal.engine.run_pulumi import run_pulumi
from gpu_cluster_tools.rehearsal.simulated_controllers import simulated_controllers
from gpu_cluster_tools.rehearsal.stateful import removes_stateful
from tests.rehearsal.deployment_policies import allows
from tests.rehearsal.site import site_sandbox

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STACK = """\
config:
  aws:region: us-east-2
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.34"
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {cidr: 10.40.0.0/16, zones: [us-east-2a, us-east-2b], nat: single}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 2, ami: {release: 1.34.9-20260714}}
    l4: {instance: g6.4xlarge, nodes: {min: 1, max: 2}, ami: {release: 1.34.9-20260714}}
    h100:
      instance: p5.48xlarge
      nodes: 1
      capacity: {reservation: {id: cr-0123456789abcdef0, zone: us-east-2a, count: 1}}
      ami: {release: 1.34.9-20260714}
  gpu-cluster:registry: {repositories: {apps/gateway: {}}}
  gpu-cluster:storage:
    fast: {kind: ebs, default: true}
    home: {kind: efs}
    models: {kind: s3}
"""

IN_PLACE = {"same", "update"}


@dataclass(frozen=True)
class Upgrades:
    sandbox: Sandbox
    created: list[RecordedCall] = field(default_factory=list[RecordedCall])
    """AWS calls of the first update."""

    def edit(self, path: str, value: Any) -> None:
        section, *keys = path.split(".")
        allowed = self.sandbox.stack_file.put(("config", f"gpu-cluster:{section}", *keys), value)
        assert allowed, f"{path}: {value} is refused"

    def up(self, *arguments: str) -> list[Operation]:
        """Changes of an update, which must delete nothing stateful."""
        record = self.sandbox.folder / "runs" / "up"
        run = run_pulumi(self.sandbox.engine, "up", "--yes", "--skip-preview", *arguments, record=record)
        assert run.errors == []
        return run.log.changing()

    def of_type(self, token: str) -> dict[str, dict[str, Any]]:
        """Resources of a type in the state, by name."""
        resources = self.sandbox.engine.state()["resources"]
        return {it["urn"].rpartition("::")[2]: it for it in resources if it["type"].endswith(f":{token}")}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrades]:
    folder = tmp_path_factory.mktemp("upgrades")
    with site_sandbox(folder, STACK) as sandbox, simulated_controllers(sandbox):
        upgrades = Upgrades(sandbox)
        upgrades.up()
        upgrades.created.extend(sandbox.account.calls())
        yield upgrades


def changed(operations: list[Operation], token: str) -> set[str]:
    return {name_of(it.urn).partition(" ")[2] for it in operations if it.type.endswith(f":{token}")}


def not_in_place(operations: list[Operation]) -> list[str]:
    return [str(it) for it in operations if it.kind not in IN_PLACE]


def test_new_kubernetes_version_is_an_update_in_place(platform: Upgrades) -> None:
    platform.edit("cluster.version", "1.35")

    operations = platform.up()

    assert not_in_place(operations) == []
    assert changed(operations, "Cluster") == {"platform-cluster"}
    assert changed(operations, "NodeGroup") == set()
    assert "platform-cluster-foundation-kube-proxy" in changed(operations, "Addon")
    assert platform.of_type("Cluster")["platform-cluster"]["outputs"]["version"] == "1.35"


def test_new_image_release_is_an_update_in_place(platform: Upgrades) -> None:
    for pool in ("system", "l4", "h100"):
        platform.edit(f"pools.{pool}.ami.release", "1.35.6-20260714")

    operations = platform.up()

    assert not_in_place(operations) == []
    assert changed(operations, "NodeGroup") == {f"platform-nodes-{it}" for it in ("system", "l4", "h100")}
    strategies = {
        name: it["outputs"]["updateConfig"]["updateStrategy"]
        for name, it in platform.of_type("NodeGroup").items()
        if "aws:" in it["type"]
    }
    assert strategies["platform-nodes-h100"] == "MINIMAL"


def test_new_addon_version_is_an_update_in_place(platform: Upgrades) -> None:
    platform.edit("cluster.addons", {"coredns": "v1.14.4-eksbuild.1", "vpc-cni": "v1.22.5-eksbuild.1"})

    operations = platform.up()

    assert not_in_place(operations) == []
    assert changed(operations, "Addon") == {"platform-addons-coredns", "platform-cluster-foundation-vpc-cni"}
    assert len(operations) == 2


def test_policies_of_the_first_update_allow_later_updates(platform: Upgrades) -> None:
    """Compares the calls of the real provider in all previous updates."""
    created = platform.created
    documents = documents_for([*created, *later_updates(created)])
    updates = platform.sandbox.account.calls()[len(created) :]

    assert "eks:UpdateClusterVersion" in {it.action for it in updates}
    assert [(it.action, it.resource) for it in updates if not allows(documents, it)] == []


def test_new_pool_changes_no_other_pool(platform: Upgrades) -> None:
    platform.edit("pools.l40s", {"instance": "g6e.4xlarge", "nodes": 1})

    operations = platform.up()

    assert {it.kind for it in operations} <= {"create", "update"}
    assert changed(operations, "NodeGroup") == {"platform-nodes-l40s"}
    assert changed(operations, "LaunchTemplate") == {"platform-nodes-l40s-template"}


def test_removed_pool_deletes_only_its_own_resources(platform: Upgrades) -> None:
    pools = platform.sandbox.stack_file.get(("config", "gpu-cluster:pools"))
    platform.edit("pools", {key: value for key, value in pools.items() if key != "l40s"})

    operations = platform.up()

    lost = {name_of(it.urn) for it in operations if removes_stateful(it)}
    assert lost == {"NodeGroup platform-nodes-l40s"}
    assert {it.kind for it in operations} <= {"delete", "update"}


def test_renamed_platform_keeps_everything_with_an_alias(platform: Upgrades) -> None:
    """A new version of the package may rename a component.

    A shortened name contains a hash of the whole name, so the one role with such a name is recreated, with
    its policy and its association.
    """
    ids = stateful_ids(platform)
    rename(platform, "site", before="platform")

    operations = platform.up()

    assert [it for it in not_in_place(operations) if "aws-mountpoint-s3-csi-dri" not in it] == []
    assert stateful_ids(platform) == ids
    assert "site-cluster" in platform.of_type("Cluster")


def test_renamed_platform_without_an_alias_is_refused(platform: Upgrades) -> None:
    """The alias keeps the resources; without it the engine refuses, as resources with data are protected."""
    rename(platform, "another", before="none")
    record = platform.sandbox.folder / "runs" / "preview"

    run = run_pulumi(platform.sandbox.engine, "preview", record=record)

    assert not run.held
    assert any("protected" in error for error in run.errors), run.errors


RENAMED = """
from pathlib import Path

import pulumi

from gpu_cluster.cluster_choice import backend_for
from gpu_cluster.platform import Platform
from gpu_cluster.stack import load

project = Path(__file__).resolve().parents[1]
stack = load(project / "stacks" / f"Pulumi.{pulumi.get_stack()}.yaml")
opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="BEFORE")])
for key, value in Platform("NAME", stack, backend=backend_for(stack, project), opts=opts).outputs.items():
    pulumi.export(key, value)
"""
"""The program of stacks/, with another name of the platform."""


def rename(platform: Upgrades, name: str, *, before: str) -> None:
    program = platform.sandbox.folder / "stacks" / "__main__.py"
    program.write_text(RENAMED.replace("NAME", name).replace("BEFORE", before))


def stateful_ids(platform: Upgrades) -> dict[str, set[str]]:
    """AWS IDs of resources with data, by type."""
    found: dict[str, set[str]] = {}
    for resource in platform.sandbox.engine.state()["resources"]:
        operation = Operation("delete", resource["urn"], ())
        if removes_stateful(operation):
            found.setdefault(resource["type"], set()).add(resource["id"])
    return found
