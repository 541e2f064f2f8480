"""Documents of invalid shape: each is evaluated or refused with a message, and none that the API refuses is
clean."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_policies.manifests.manifests import ManifestError
from gpu_cluster_policies.reports import FORMATS
from tests.policies.fixture import FIXTURES, read
from tests.policies.shapes import FIRST_SEED, mutant

MUTANTS = int(os.environ.get("MUTANTS", "300"))
"""Run manually with `MUTANTS=20000 pytest tests/policies/test_shapes.py`."""

POD = read(FIXTURES / "98-apparmor-profile" / "pass-not-set.yaml").documents[0]
DOCUMENTS = [
    document
    for name in (
        "98-apparmor-profile/pass-not-set",
        "103-no-probe-hosts/pass-own-pod",
        "104-volume-types/pass-claim",
        "105-named-subjects/pass-service-account",
        "106-api-types/pass-custom",
        "43-storage-class/pass-ebs",
        "62-no-literal-secrets/pass-references",
        "64-default-deny/pass-one-policy",
        "65-quota-and-defaults/pass-both",
        "67-no-dangerous-permissions/pass-named-secrets",
        "70-tls-at-entrances/pass-ingress",
        "72-two-replicas/pass-scaler",
        "86-spare-gpus/pass-spare",
    )
    for document in read(FIXTURES / f"{name}.yaml").documents
    if "kind" in document
]
"""Kubernetes objects that follow every rule about them, some only together with others."""


def _said(document: dict[str, Any], formats: Iterable[str] = ("text",)) -> tuple[int, str]:
    """Exit code of a check, and the start of its output."""
    try:
        judged = evaluate_manifests({"a.json": json.dumps(document).encode()}, None)
    except ManifestError as error:
        return 2, str(error)
    texts = [FORMATS[name](judged) for name in formats]
    code = 1 if judged.stopping else 3 if judged.not_judged else 0
    return code, texts[0]


def test_every_mutant_is_evaluated_or_refused_with_a_message() -> None:
    ends: dict[int, int] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + MUTANTS):
        changed, said = mutant(DOCUMENTS[seed % len(DOCUMENTS)], seed)
        try:
            code, text = _said(changed, FORMATS if seed % 25 == 0 else ("text",))
        except Exception as error:
            pytest.fail(f"{said}: {error!r}")
        assert text.endswith("\n") or code == 2, said
        ends[code] = ends.get(code, 0) + 1

    assert set(ends) >= {0, 1, 2}
    assert ends[1] + ends[2] > MUTANTS / 2, ends


@pytest.mark.parametrize("value", [True, 1, "a", ["a"], {"a": "b"}], ids=repr)
def test_value_of_a_wrong_type_is_not_clean(value: Any) -> None:
    """Each property of a pod separately."""
    assert _said(POD)[0] == 0

    clean = [path for path in _paths(POD) if _said(_with(path, value))[0] == 0]

    assert {".".join(map(str, path)) for path in clean if not _takes(path, value)} == set()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path of every value in the document."""
    inside: Any = value.items() if isinstance(value, dict) else enumerate(value)  # pyright: ignore
    for key, item in inside:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _paths(item, (*path, key))


def _with(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(POD)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def _takes(path: tuple[Any, ...], value: Any) -> bool:
    """Whether the value has the type at this path, or another type that the API accepts there."""
    now: Any = POD
    for key in path:
        now = now[key]
    quantity = path[-1] in ("cpu", "memory") and type(value) in (int, str)
    return quantity or type(now) is type(value)
