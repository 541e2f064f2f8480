"""Edits that findings print: each results in a stack file that loads."""

# pyright: reportUnknownMemberType=false
# (ruamel.yaml is untyped)

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster.aws.nested_values import merged
from gpu_cluster.stack import load
from gpu_cluster_policies.pack import strictest
from gpu_cluster_policies.source_location import SourceLocation
from gpu_cluster_policies.stack_edits import EDITS, stack_edit, valid_stack_edit

STACK = """
config:
  aws:region: eu-central-1
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    endpoint: {public: [203.0.113.0/24]}
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {zones: [eu-central-1a, eu-central-1b]}
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 2}
    it: {instance: g6.4xlarge, nodes: 2, capacity: spot}
  gpu-cluster:storage:
    it: {kind: efs}
    disk: {kind: ebs, default: true}
  gpu-cluster:serving:
    models: {it: {model: org/model, weights: 8Gi, pool: it, replicas: 1, cache: {size: 40Gi}}}
"""
RULES = strictest().rules
SECTION = {"pools": "pools", "storage": "storage", "serving": "serving.models"}


def place(edit: str) -> SourceLocation:
    section = edit.partition(":")[2].partition(":")[0].partition(":")[0]
    return SourceLocation("stacks/Pulumi.x.yaml", 3, f"gpu-cluster:{SECTION.get(section, section)}.it.nodes")


def parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("rule", EDITS)
def test_edit_results_in_a_valid_stack_file(rule: str, tmp_path: Path) -> None:
    lines = stack_edit(RULES[rule], place(EDITS[rule]))
    assert lines
    edited = merged(parsed(STACK), {"config": parsed("\n".join(lines))})
    file = tmp_path / "Pulumi.x.yaml"
    with file.open("w") as stream:
        YAML().dump(edited, stream)

    assert load(file).pools


def test_edit_that_invalidates_the_stack_file_is_omitted(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    file = tmp_path / "stacks" / "Pulumi.x.yaml"
    rule, at = RULES["72-two-replicas"], place(EDITS["72-two-replicas"])

    file.write_text(STACK)
    assert valid_stack_edit(rule, at, tmp_path) == stack_edit(rule, at)

    file.write_text(STACK.replace("g6.4xlarge, nodes: 2", "g6.4xlarge, nodes: 1"))
    assert load(file).pools
    assert valid_stack_edit(rule, at, tmp_path) == []


def test_no_edit_for_a_file_that_is_no_stack_file() -> None:
    assert stack_edit(RULES["7-deletion-protection"], SourceLocation("pod.yaml", 1, "spec")) == []


def test_no_edit_for_an_entry_of_another_section() -> None:
    rule = RULES["72-two-replicas"]

    assert stack_edit(rule, SourceLocation("stacks/Pulumi.x.yaml", 1, "gpu-cluster:pools.l4.nodes")) == []
    assert stack_edit(rule, SourceLocation("stacks/Pulumi.x.yaml", 1, "gpu-cluster:serving.models.chat"))[
        2
    ] == ("    chat:")
