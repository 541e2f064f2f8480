"""Policies called with the engine's argument types; test_engine.py runs the engine."""

# pyright: reportUnknownMemberType=false
# pulumi_policy leaves the result of `validate` untyped.

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy

from gpu_cluster_policies import Level, pack_of
from gpu_cluster_policies.crossguard import policies

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], None)
PROJECT = Path(__file__).parents[3]
BY_NAME = {policy.name: policy for policy in policies(PROJECT)}


def _urn(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::gpu-cluster::{kind}::{name}"


def _on_resource(policy: str, properties: dict[str, Any], *, stack: str = "elsewhere") -> list[str]:
    judge = BY_NAME[policy]
    assert isinstance(judge, ResourceValidationPolicy)
    kind = "kubernetes:core/v1:Pod"
    props: Any = unknown_checking_proxy({"apiVersion": "v1", "kind": "Pod", **properties})
    said: list[str] = []
    args = ResourceValidationArgs(kind, props, _urn(stack, kind, "work"), "work", OPTIONS, None)
    judge.validate(args, lambda message, _urn=None: said.append(message))
    return said


def _on_stack(
    policy: str, *, stack: str = "elsewhere", kind: str = "pulumi:pulumi:Stack", name: str = "root"
) -> list[str]:
    """Messages of a policy for a stack of one resource."""
    judge = BY_NAME[policy]
    assert isinstance(judge, StackValidationPolicy)
    only = PolicyResource(kind, {}, _urn(stack, kind, name), name, OPTIONS, None, None, [], {})
    said: list[str] = []
    judge.validate(StackValidationArgs([only]), lambda message, _urn=None: said.append(message))
    return said


def _on_bucket(policy: str, name: str) -> str:
    """Name of the bucket in the finding of a policy."""
    [said] = _on_stack(policy, kind="aws:s3/bucket:Bucket", name=name)
    return said.partition(": ")[0].split()[-1]


def _pod(**container: Any) -> dict[str, Any]:
    return {"metadata": {"name": "work", "namespace": "team"}, "spec": {"containers": [container]}}


def test_every_rule_has_a_policy_for_each_enforcement_level() -> None:
    levels = {
        Level.MANDATORY: ["mandatory"],
        Level.ADVISORY: ["advisory"],
        Level.PRODUCTION: ["mandatory", "advisory"],
    }

    expected = Counter(
        level
        for rule in pack_of("elsewhere").rules.values()
        if not rule.of_operations
        for level in levels[rule.level]
    )
    found = Counter(
        policy.enforcement_level.value for policy in policies(PROJECT) if policy.enforcement_level
    )

    assert len(BY_NAME) == len(policies(PROJECT))
    assert found == expected + Counter(["mandatory", "advisory"])  # waivers and not-judged
    assert BY_NAME["60-digest-pinned"].enforcement_level is EnforcementLevel.MANDATORY
    assert BY_NAME["60-digest-pinned-outside-production"].enforcement_level is EnforcementLevel.ADVISORY


def _on_object(manifest: dict[str, Any]) -> list[str]:
    """Messages of the policy `not-judged` for a stack of one object."""
    judge = BY_NAME["not-judged"]
    assert isinstance(judge, StackValidationPolicy)
    kind = f"kubernetes:{manifest['apiVersion']}:{manifest['kind']}"
    props: Any = unknown_checking_proxy(manifest)
    only = PolicyResource(kind, props, _urn("elsewhere", kind, "a"), "a", OPTIONS, None, None, [], {})
    said: list[str] = []
    judge.validate(StackValidationArgs([only]), lambda message, _urn=None: said.append(message))
    return said


def test_object_that_no_rule_evaluates_is_reported() -> None:
    farm = {"apiVersion": "a.example/v1", "kind": "Farm", "metadata": {"name": "a", "namespace": "team"}}
    pods = {"template": {"spec": {"containers": [{"image": "a"}]}}}

    assert _on_object({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}}) == []
    assert _on_object({**farm, "spec": pods}) == []
    [said] = _on_object({**farm, "spec": {}})
    assert said == "Farm team/a: not judged: no pod template found"


@pytest.mark.parametrize(
    ("stack", "speaks"),
    [("prod-elsewhere", "60-digest-pinned"), ("elsewhere", "60-digest-pinned-outside-production")],
)
def test_production_rule_reports_at_one_enforcement_level(stack: str, speaks: str) -> None:
    properties = _pod(image="nvcr.io/nvidia/tritonserver:26.06-py3")
    names = ("60-digest-pinned", "60-digest-pinned-outside-production")

    said = {name: len(_on_resource(name, properties, stack=stack)) for name in names}

    assert said == {name: int(name == speaks) for name in names}


def test_unknown_values_of_the_engine_are_findings() -> None:
    [image] = _on_resource("59-no-latest-tag", _pod(image=UNKNOWN_STRING_VALUE))
    [drop] = _on_resource(
        "52-drop-all-capabilities", _pod(securityContext={"capabilities": {"drop": UNKNOWN_ARRAY_VALUE}})
    )

    assert image.startswith(
        "Pod team/work: could not be evaluated: spec.containers[0].image is unknown at preview\n"
    )
    assert drop.startswith(
        "Pod team/work: could not be evaluated: "
        "spec.containers[0].securityContext.capabilities.drop is unknown at preview\n"
    )


def test_float_numbers_of_the_engine_are_shown_as_integers() -> None:
    ports = [{"containerPort": 8000.0, "hostPort": 80.0}]

    [said] = _on_resource("50-no-host-access", _pod(ports=ports))

    assert said.startswith("Pod team/work: spec.containers[0].ports[0].hostPort is 80, should be not set\n")


def test_each_stack_validation_is_evaluated_anew() -> None:
    """Policies share the evaluation of a stack until one asks again or a single resource is validated."""
    judged = [
        _on_bucket("35-public-access-blocked", "first"),
        _on_bucket("35-public-access-blocked", "second"),
    ]
    _on_resource("59-no-latest-tag", _pod(image="nvcr.io/nvidia/cuda:13.0"))
    judged.append(_on_bucket("37-bucket-versioned", "third"))

    assert judged == ["first", "second", "third"]


def test_stale_waivers_stop_the_stacks_that_they_name() -> None:
    waived = sum("staging" in waiver.stacks for waiver in pack_of("local").waivers.entries)

    assert len(_on_stack("waivers", stack="staging")) == waived > 0
    assert _on_stack("waivers", stack="elsewhere") == []
