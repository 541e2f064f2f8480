"""The engine's policies, the plan and plain manifests give the same findings for the same resources.

This test runs in process on several hundred changed stacks; test_engine.py runs the engine itself on a few.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster.plan import Plan, plan_of, planned
from gpu_cluster.stack import load
from gpu_cluster_policies import pack_of, plan_fallback
from gpu_cluster_policies.crossguard import policies
from tests.policies.mutations import Mutated, mutated
from tests.policies.paths import Engine, Files, Said, by_manifests, by_plan, by_server, is_object

PROJECT = Path(__file__).parents[2]
MUTATED = {"local": 170, "dev": 90, "prod": 40}
"""Number of mutated plans of each stack."""

EDITED: tuple[tuple[str, str, Any], ...] = (
    ("local", "pools.l4.nodes", 3),
    ("local", "pools.l4-shared.nodes", {"min": 0, "max": 2}),
    ("local", "pools.l4-shared.sharing", {"timeSlicing": 2}),
    ("local", "pools.l4-shared.sharing", {"mps": 4}),
    ("local", "pools.a100.sharing", {"mig": {"2g.20gb": 3}}),
    ("local", "pools.l4.labels", {"team": "vision"}),
    ("local", "storage.standard.reclaim", "retain"),
    ("local", "storage.scratch", {"kind": "host-path"}),
    ("local", "registry.mirror", "registry.example.com/mirror"),
    ("local", "registry.inCluster.size", "40Gi"),
    ("local", "serving.namespace", "models"),
    ("local", "serving.clients", ["apps", "vision"]),
    ("local", "serving.models.chat.replicas", 1),
    ("local", "serving.models.chat.revision", "main"),
    ("local", "serving.models.chat.context", 4096),
    ("local", "gpu.devicePlugin", False),
    ("dev", "pools.l4.capacity", "on-demand"),
    ("dev", "pools.l4.instance", "g6.4xlarge"),
    ("dev", "serving.models.chat.replicas", {"min": 2, "max": 2}),
    ("dev", "storage.models", {"kind": "s3"}),
    ("dev", "storage.home", {"kind": "efs"}),
    ("dev", "tags", {"team": "platform"}),
    ("dev", "protect", True),
    ("dev", "registry.repositories", {"apps/gateway": {}}),
)
"""Edits of stack files, each with a new plan: a stack, a key below `gpu-cluster:`, its new value."""


@cache
def _plan(stack: str) -> Plan:
    return plan_of(PROJECT, stack)


def _mutations(stack: str) -> Iterator[Mutated]:
    return (mutated(_plan(stack).graph.resources, seed) for seed in range(MUTATED[stack]))


def _edited(folder: Path, stack: str, key: str, value: Any) -> Plan:
    """The plan of a stack whose file has one changed value."""
    reader = YAML()
    document: Any = reader.load(PROJECT / "stacks" / f"Pulumi.{stack}.yaml")  # pyright: ignore[reportUnknownMemberType]
    section, *keys = key.split(".")
    holder, last = document["config"], f"gpu-cluster:{section}"
    for step in keys:
        holder, last = holder.setdefault(last, {}), step
    holder[last] = value
    path = folder / f"Pulumi.{stack}.yaml"
    reader.dump(document, path)  # pyright: ignore[reportUnknownMemberType]
    return planned(load(path), stack)


def _words(said: Counter[Said]) -> Counter[tuple[str, str]]:
    """Rule and finding, without findings about unused waivers: a part of a stack may not need all waivers."""
    return Counter((it.rule, it.words) for it in said.elements() if it.rule != "waivers")


@pytest.fixture(autouse=True)
def _nothing_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide values of a mutation from the engine's policies, which would otherwise plan the stack."""

    def nothing(*_: object) -> None: ...

    monkeypatch.setattr(plan_fallback, "_planned", nothing)


def test_number_of_compared_stacks_is_as_documented() -> None:
    assert sum(MUTATED.values()) == 300
    assert len(EDITED) == 24


@pytest.mark.parametrize("stack", MUTATED)
def test_engine_policies_agree_with_the_plan(stack: str) -> None:
    engine, pack = Engine(policies(PROJECT)), pack_of(stack)
    unchanged = by_plan(pack, _plan(stack).graph.resources)
    told, broken = 0, set[str]()

    for mutation in _mutations(stack):
        said = by_plan(pack, mutation.resources)
        assert engine.says(mutation.resources) == said, (mutation.seed, mutation.changes)
        told += said != unchanged
        broken |= {it.rule for it in said - unchanged}

    assert told > MUTATED[stack] / 2, "most changes are to be found"
    assert len(broken) > 20, broken


@pytest.mark.parametrize("stack", MUTATED)
def test_manifests_agree_with_the_plan(stack: str) -> None:
    files, pack = Files(), pack_of(stack)
    compared: dict[tuple[int, ...], Mutated] = {}
    broken: set[str] = set()

    for mutation in _mutations(stack):
        objects = files.objects(mutation.resources)
        if compared.setdefault(tuple(map(id, objects)), mutation) is not mutation:
            continue  # the mutation changed a cloud resource
        said = _words(by_plan(pack, objects))
        assert _words(files.say(pack, objects)) == said, (mutation.seed, mutation.changes)
        broken |= {rule for rule, _ in said}

    assert len(compared) > 10
    assert len(broken) > 10, broken


@pytest.mark.parametrize(("stack", "key", "value"), EDITED, ids=lambda value: str(value)[:40])
def test_all_agree_on_an_edited_stack_file(tmp_path: Path, stack: str, key: str, value: Any) -> None:
    resources = _edited(tmp_path, stack, key, value).graph.resources
    objects = [it for it in resources if is_object(it)]
    pack = pack_of(stack)

    assert Engine(policies(PROJECT)).says(resources) == by_plan(pack, resources)
    assert _words(by_manifests(pack, objects)) == _words(by_plan(pack, objects))


@pytest.mark.parametrize("seed", range(4))
def test_policy_pack_server_agrees_with_its_policies(seed: int) -> None:
    """Uses the engine's messages to the pack without the engine."""
    resources = mutated(_plan("local").graph.resources, seed).resources

    assert by_server(policies(PROJECT), resources) == by_plan(pack_of("local"), resources)
