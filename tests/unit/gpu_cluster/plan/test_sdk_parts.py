"""Partial imports of the SDKs, each tested in a new process."""

import json
import subprocess
import sys
from typing import Any

import pytest

_PLANNED = """
import json, sys
from pathlib import Path
from gpu_cluster.plan import plan_of
from gpu_cluster.unknown import UNKNOWN
if "whole" in sys.argv:
    import pulumi_aws.ec2, pulumi_aws.eks, pulumi_aws.s3, pulumi_kubernetes.core.v1
graph = plan_of(Path(), "prod").graph
inputs = {each.urn: each.inputs for each in graph.resources}
text = json.dumps(inputs, sort_keys=True, default=lambda it: "unknown" if it is UNKNOWN else it)
print(json.dumps([text, sorted(name for name in sys.modules if name.startswith("pulumi_aws."))]))
"""
_NAMES = """
import importlib, json, sys
from contextlib import nullcontext
from gpu_cluster.plan.sdk_parts import sdks_by_parts
with sdks_by_parts() if "parts" in sys.argv else nullcontext():
    sdk = importlib.import_module(sys.argv[1])
names = json.load(sys.stdin) or [name for name in sdk.outputs and dir(sdk) if not name.startswith("_")]
found = {name: getattr(sdk, name, None) for name in names}
print(json.dumps({name: [type(it).__name__, getattr(it, "__module__", "")] for name, it in found.items()}))
"""


def _said(program: str, *arguments: str, given: object = None) -> Any:
    command = [sys.executable, "-c", program, *arguments]
    return json.loads(
        subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True).stdout
    )


def test_plan_with_partial_sdk_imports_equals_the_full_plan() -> None:
    by_parts, some = _said(_PLANNED)
    whole, every = _said(_PLANNED, "whole")
    assert by_parts == whole
    assert "pulumi_aws.ec2.vpn_connection" in every
    assert "pulumi_aws.ec2.vpn_connection" not in some


@pytest.mark.parametrize("package", ["pulumi_aws.ec2", "pulumi_aws.s3", "pulumi_kubernetes.core.v1"])
def test_partially_imported_package_offers_the_same_names(package: str) -> None:
    offered = _said(_NAMES, package)
    assert len(offered) > 100
    assert _said(_NAMES, package, "parts", given=list(reversed(offered))) == offered


def test_missing_name_of_a_partial_package_raises_attribute_error() -> None:
    missing = _said(_NAMES, "pulumi_aws.efs", "parts", given=["Filesystem"])
    assert missing == {"Filesystem": ["NoneType", ""]}
