"""Stack files of invalid shape or odd combinations: refused with a message, or planned and evaluated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster.plan import planned
from gpu_cluster.stack import StackFileError, load
from gpu_cluster_policies.evaluate import evaluate_plan
from tests.policies.shapes import FIRST_SEED, mutant
from tests.unit.gpu_cluster.stack.corpus import HAPPY

API_TYPES = 106


def _read(file: Path) -> dict[str, Any]:
    document: Any = YAML(typ="safe", pure=True).load(file.read_text())  # pyright: ignore[reportUnknownMemberType]
    return json.loads(json.dumps(document, default=str))


def _mixture(document: dict[str, Any], other: dict[str, Any], seed: int) -> tuple[dict[str, Any], str]:
    """One section removed, and up to two replaced with those of another stack file."""
    random = Random(seed)
    config = dict(document["config"])
    changes: list[str] = []
    for key in random.sample(sorted(other["config"]), min(len(other["config"]), random.randint(0, 2))):
        config[key] = other["config"][key]
        changes.append(f"{key} of another")
    if not changes or random.random() < 0.3:
        key = random.choice(sorted(config))
        del config[key]
        changes.append(f"without {key}")
    return {**document, "config": config}, ", ".join(changes)


def _changed(documents: list[dict[str, Any]], seed: int) -> tuple[dict[str, Any], str]:
    document = documents[seed % len(documents)]
    if seed % 2:
        return _mixture(document, documents[Random(seed).randrange(len(documents))], seed)
    return mutant(document, seed)


@pytest.mark.parametrize("mutants", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_mutated_stack_file_is_refused_or_planned_and_evaluated(
    mutants: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    documents = [_read(file) for file in HAPPY]
    file = tmp_path / "stacks/Pulumi.any.yaml"
    file.parent.mkdir()
    ends: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + mutants):
        document, changes = _changed(documents, seed)
        said = f"{HAPPY[seed % len(documents)].name} {seed}: {changes}"
        file.write_text(json.dumps(document, indent=1))
        try:
            ends[_end(file, said)] += 1
        except Exception as error:
            raise AssertionError(said) from error

    record_property("ends", sorted(ends.items()))
    assert set(ends) == {"refused", "planned"}
    assert ends["refused"] > mutants / 2
    assert ends["planned"] > mutants / 20


def _end(file: Path, said: str) -> str:
    try:
        stack = load(file)
    except StackFileError as error:
        told = [str(problem) for problem in error.problems]
        return "refused" if told and not any("\n" in each for each in told) else "refused badly"
    judged = evaluate_plan(planned(stack, "any"), file.parent.parent)
    assert len(judged.pack.rules) > 100
    assert [str(it.finding) for it in judged.findings if it.finding.rule.number == API_TYPES] == [], said
    return "planned"
