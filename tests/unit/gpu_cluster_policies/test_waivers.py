"""`waivers.yaml`: what it accepts, its errors, and when it fails a stack."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gpu_cluster_policies import Finding, PolicyFileError, Resource, pack_of
from gpu_cluster_policies.not_judged import NotJudged
from gpu_cluster_policies.resources.inventory import Inventory
from gpu_cluster_policies.waivers import Waivers, load_waivers

RULES = pack_of("local").rules
TODAY = date(2026, 11, 21)
WAIVER = """\
waivers:
  - rule: 50-no-host-access
    resource: DaemonSet gpu-system/nvidia-device-plugin-*
    stacks: [local, prod*]
    owner: platform
    reason: The plugin registers through a socket of the kubelet.
    expires: 2026-11-21
"""


def _waivers(directory: Path, text: str = WAIVER, *, today: date = TODAY) -> Waivers:
    path = directory / "waivers.yaml"
    path.write_text(text)
    return load_waivers(path, RULES, today)


def _finding(name: str = "nvidia-device-plugin-l4", rule: str = "50-no-host-access") -> Finding:
    spec = {"hostNetwork": True, "containers": [{"name": "plugin", "securityContext": {"privileged": True}}]}
    metadata = {"name": name, "namespace": "gpu-system"}
    resource = Resource("DaemonSet", {"metadata": metadata, "spec": {"template": {"spec": spec}}})
    [finding] = RULES[rule].findings(resource, Inventory())
    return finding


@pytest.mark.parametrize("stack", ["local", "prod", "prod-vision"])
def test_waiver_covers_its_rule_resource_and_stacks(tmp_path: Path, stack: str) -> None:
    waivers = _waivers(tmp_path)

    assert waivers.covering(_finding(), stack)
    assert list(waivers.problems(stack, [_finding()], RULES)) == []


def test_waiver_covers_no_other_rule_resource_or_stack(tmp_path: Path) -> None:
    waivers = _waivers(tmp_path)

    assert not waivers.covering(_finding("dcgm-exporter"), "local")
    assert not waivers.covering(_finding(rule="49-not-privileged"), "local")
    assert not waivers.covering(_finding(), "dev")


def test_waiver_expires_after_its_last_day(tmp_path: Path) -> None:
    waivers = _waivers(tmp_path, today=date(2026, 11, 22))

    assert not waivers.covering(_finding(), "local")
    assert [str(problem) for problem in waivers.problems("local", [_finding()], RULES)] == [
        "waivers.yaml:7 waivers[0].expires: expired on 2026-11-21: comply with 50-no-host-access on "
        "DaemonSet gpu-system/nvidia-device-plugin-*, or ask platform to renew it"
    ]


def test_stale_waiver_fails_the_stacks_that_it_names(tmp_path: Path) -> None:
    waivers = _waivers(tmp_path)

    assert [str(problem) for problem in waivers.problems("local", [], RULES)] == [
        "waivers.yaml:2 waivers[0]: 50-no-host-access on "
        "DaemonSet gpu-system/nvidia-device-plugin-* has no finding in stack local; remove the waiver"
    ]
    assert list(waivers.problems("dev", [], RULES)) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "rule: 50-no-host-access",
            "rule: 50-no-host-acess",
            "waivers.yaml:2 waivers[0].rule: expected the id of a rule, did you mean '50-no-host-access'?, "
            "got '50-no-host-acess'",
        ),
        (
            "    owner: platform\n",
            "",
            "waivers.yaml:2 waivers[0].owner: required key is missing",
        ),
        (
            "owner: platform",
            "owners: platform",
            "waivers.yaml:5 waivers[0].owners: unknown key, did you mean 'owner'?",
        ),
        (
            "owner: platform",
            "owner: Jane Doe",
            "waivers.yaml:5 waivers[0].owner: expected the responsible role, such as platform, "
            "got 'Jane Doe'",
        ),
        (
            "reason: The plugin registers through a socket of the kubelet.",
            "reason: needed",
            "waivers.yaml:6 waivers[0].reason: expected a sentence with the reason, got 'needed'",
        ),
        (
            "expires: 2026-11-21",
            "expires: next year",
            "waivers.yaml:7 waivers[0].expires: expected a date such as 2027-06-30, got 'next year'",
        ),
        (
            "stacks: [local, prod*]",
            "stacks: []",
            "waivers.yaml:4 waivers[0].stacks: expected at least one stack, got []",
        ),
        (
            "stacks: [local, prod*]",
            "stacks: local",
            "waivers.yaml:4 waivers[0].stacks: expected a list, got 'local'",
        ),
        (
            "resource: DaemonSet gpu-system/nvidia-device-plugin-*",
            "resource: DaemonSet */*",
            "waivers.yaml:3 waivers[0].resource: expected a kind and namespace/name, "
            "with * only after the start of the name, got 'DaemonSet */*'",
        ),
    ],
)
def test_waiver_error_has_its_line_and_key(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in WAIVER

    with pytest.raises(PolicyFileError) as caught:
        _waivers(tmp_path, WAIVER.replace(before, after))

    assert problem in str(caught.value).splitlines()


def test_all_waiver_errors_are_reported_at_once(tmp_path: Path) -> None:
    wrong = WAIVER.replace("50-no-host-access", "no-host").replace("platform", "me@example.com")

    with pytest.raises(PolicyFileError) as caught:
        _waivers(tmp_path, wrong)

    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (2, "waivers[0].rule"),
        (5, "waivers[0].owner"),
    ]


def test_invalid_yaml_of_waivers_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyFileError, match=r"waivers\.yaml:1 not valid YAML: .* a bracket or brace is not closed"
    ):
        _waivers(tmp_path, "waivers: [")


REVIEWED = WAIVER.replace("50-no-host-access", "not-judged").replace(
    "DaemonSet gpu-system/nvidia-device-plugin-*", "Queue *"
)


def _queue() -> NotJudged:
    queue = Resource("Queue", {"metadata": {"name": "jobs", "namespace": "team"}})
    [unseen] = pack_of("local").check([queue]).not_judged
    return unseen


def test_not_judged_waiver_covers_objects_of_its_kind_but_no_findings(tmp_path: Path) -> None:
    waivers = _waivers(tmp_path, REVIEWED)

    assert waivers.covering(_queue(), "local")
    assert not waivers.covering(replace(_queue(), resource="Farm team/jobs"), "local")
    assert not waivers.covering(replace(_queue(), rule="24-flow-logs"), "local")
    assert not waivers.covering(_finding(), "local")
    assert not _waivers(tmp_path).covering(_queue(), "local")


def test_expired_or_stale_not_judged_waiver_fails_the_stack(tmp_path: Path) -> None:
    ended = _waivers(tmp_path, REVIEWED, today=date(2026, 11, 22))

    assert not ended.covering(_queue(), "local")
    assert [it.message for it in ended.problems("local", [_queue()], {"not-judged"})] == [
        "expired on 2026-11-21: review Queue * again and ask platform to renew it"
    ]
    assert [it.message for it in _waivers(tmp_path, REVIEWED).problems("local", [], {"not-judged"})] == [
        "not-judged on Queue * has no finding in stack local; remove the waiver"
    ]


@pytest.mark.parametrize(
    "kind", ["Farm", "Job.batch.volcano.sh", "aws-native:rds:DBInstance", "PriorityClass"]
)
def test_kind_without_rules_can_be_waived_as_a_whole(tmp_path: Path, kind: str) -> None:
    assert _waivers(tmp_path, REVIEWED.replace("Queue", kind)).entries[0].resource == f"{kind} *"


def test_kind_with_rules_is_waived_by_object_name(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError) as caught:
        _waivers(tmp_path, REVIEWED.replace("Queue", "Secret"))

    assert str(caught.value) == (
        "waivers.yaml:3 waivers[0].resource: expected a name or namespace/name, because rules judge other "
        "objects of kind Secret, got 'Secret *'"
    )
    assert _waivers(tmp_path, REVIEWED.replace("Queue *", "Secret team/license-*"))


def test_waiver_of_a_rule_for_a_whole_kind_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"with \* only after the start of the name, got 'Queue \*'"):
        _waivers(tmp_path, REVIEWED.replace("not-judged", "50-no-host-access"))
