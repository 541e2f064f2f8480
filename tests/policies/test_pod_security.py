r"""The rules on the test data of Kubernetes' own Pod Security admission, for both levels.

    cd /tmp && go mod download -json k8s.io/pod-security-admission@v0.37.2
    POD_SECURITY_TESTDATA=$(go env GOMODCACHE)/k8s.io/pod-security-admission@v0.37.2/test/testdata \\
        pytest tests/policies/test_pod_security.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gpu_cluster_policies import pack_of
from gpu_cluster_policies.manifests.manifests import manifests_in

DATA = Path(os.environ.get("POD_SECURITY_TESTDATA", "/nonexistent"))
_VERSIONS = [file.name for file in DATA.glob("baseline/v1.*")]
VERSION = max(_VERSIONS, key=lambda it: int(it.partition(".")[2]), default="")
"""The newest policy version."""

LEVELS = ("baseline", "restricted")

CONTROLS = {
    "allowprivilegeescalation": (51,),
    "apparmorprofile": (98,),
    "capabilities_baseline": (52,),
    "capabilities_restricted": (52,),
    "hostnamespaces": (50,),
    "hostpathvolumes": (50,),
    "hostports": (50,),
    "hostprobesandhostlifecycle": (103,),
    "privileged": (49,),
    "procmount": (100,),
    "procmount_restricted": (100,),
    "restrictedvolumes": (50, 104),
    "runasnonroot": (53,),
    "runasuser": (53,),
    "seccompprofile_baseline": (54,),
    "seccompprofile_restricted": (54,),
    "selinuxoptions": (99,),
    "sysctls": (101,),
    "windowshostprocess": (102,),
}
"""Rules that cover each check of the admission plugin."""

STRICTER = {
    "baseline": {
        51: "asked for by Restricted only",
        52: "Baseline allows the default capabilities, the rule none but NET_BIND_SERVICE",
        53: "asked for by Restricted only",
        54: "Baseline allows pods without a profile",
        100: "Baseline allows Unmasked in pods with users of their own, Restricted does not",
    },
    "restricted": {},
}
"""Rules with findings in pods that a level admits, because they follow the stricter level on purpose."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="POD_SECURITY_TESTDATA names no folder")


class Found(NamedTuple):
    rule: int
    path: str
    actual: str


def _pods(level: str, verdict: str) -> Iterator[Path]:
    return iter(sorted((DATA / level / VERSION / verdict).glob("*.yaml")))


def _found(file: Path) -> set[Found]:
    [pod] = manifests_in({file.name: file.read_bytes()}).resources
    rules = {number for numbers in CONTROLS.values() for number in numbers}
    findings = pack_of("elsewhere").check([pod]).findings
    return {Found(it.rule.number, it.path, it.actual) for it in findings if it.rule.number in rules}


def _check(file: Path) -> str:
    return re.sub(r"\d+$", "", file.stem)


@pytest.mark.parametrize("level", LEVELS)
def test_every_failing_pod_is_found_by_the_rules_of_its_check(level: str) -> None:
    base = _found(DATA / level / VERSION / "pass" / "base.yaml")
    missed = [
        file.name
        for file in _pods(level, "fail")
        if not any(it.rule in CONTROLS[_check(file)] for it in _found(file) - base)
    ]

    assert len(list(_pods(level, "fail"))) > 30
    assert missed == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_passing_pod_is_clean_except_for_stricter_rules(level: str) -> None:
    found = {file.name: _found(file) for file in _pods(level, "pass")}

    assert len(found) > 10
    assert {it.rule for several in found.values() for it in several} == set(STRICTER[level])
    if level == "baseline":
        assert [name for name, several in found.items() if any(it.rule == 100 for it in several)] == [
            "procmount1.yaml"
        ]
