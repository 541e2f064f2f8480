"""Plans with a few things changed: careless edits, and unexpected ones.

A seed always makes the same changes.
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# Inputs are those that a program passed.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from gpu_cluster.plan import Registered
from gpu_cluster.unknown import UNKNOWN

Inputs = dict[str, Any]
Edit = Callable[[Random, Inputs], bool]
"""Changes the inputs of a resource if possible; returns whether it did."""


@dataclass(frozen=True)
class Mutated:
    seed: int
    changes: tuple[str, ...]
    resources: tuple[Registered, ...]


def mutated(resources: Sequence[Registered], seed: int) -> Mutated:
    """One to three changes: to properties with rules, to any property, or a missing resource."""
    random = Random(seed)
    found = list(resources)
    changes: list[str] = []
    while len(changes) < 1 + seed % 3:
        change = random.choice((_careless, _careless, _anything, _less))
        if said := change(random, found):
            changes.append(said)
    return Mutated(seed, tuple(changes), tuple(found))


def _careless(random: Random, found: list[Registered]) -> str:
    name, edit = random.choice(EDITS)
    for index in random.sample(range(len(found)), len(found)):
        inputs = deepcopy(found[index].inputs)
        if edit(random, inputs):
            found[index] = replace(found[index], inputs=inputs)
            return f"{name}: {found[index].name}"
    return ""


def _anything(random: Random, found: list[Registered]) -> str:
    """Any property of a resource removed, emptied, or made unknown."""
    index = random.randrange(len(found))
    inputs = deepcopy(found[index].inputs)
    leaves = list(_leaves(inputs))
    if not leaves:
        return ""
    holder, key = random.choice(leaves)
    match random.choice(("gone", "empty", "unknown")):
        case "gone" if isinstance(holder, dict):
            del holder[key]
            said = "gone"
        case "unknown":
            holder[key], said = UNKNOWN, "unknown"
        case _:
            holder[key], said = type(holder[key])(), "empty"
    found[index] = replace(found[index], inputs=inputs)
    return f"{key} {said}: {found[index].name}"


def _less(random: Random, found: list[Registered]) -> str:
    """Remove a resource, or its protection."""
    index = random.randrange(len(found))
    if found[index].protected:
        found[index] = replace(found[index], protected=False)
        return f"unprotected: {found[index].name}"
    if found[index].type.startswith(("gpu-cluster:", "pulumi:")):
        return ""
    return f"left out: {found.pop(index).name}"


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every plain value below the first two levels of names, with its container."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        if isinstance(item, dict | list):
            yield from _leaves(item)
        elif (
            item is not None
            and item is not UNKNOWN
            and key not in ("kind", "apiVersion", "name", "namespace")
        ):
            yield value, key


def _spec(inputs: Inputs) -> dict[str, Any]:
    """The pod spec of an object, if it has one."""
    return (
        inputs.get("spec", {}).get("template", {}).get("spec", {})
        if isinstance(inputs.get("spec"), dict)
        else {}
    )


def _in_container(change: Callable[[Random, dict[str, Any]], object]) -> Edit:
    def edit(random: Random, inputs: Inputs) -> bool:
        containers = _spec(inputs).get("containers", [])
        if containers:
            change(random, random.choice(containers))
        return bool(containers)

    return edit


def _in_pod(change: Callable[[dict[str, Any]], object]) -> Edit:
    def edit(_random: Random, inputs: Inputs) -> bool:
        spec = _spec(inputs)
        if spec:
            change(spec)
        return bool(spec)

    return edit


def _with_key(key: str, value: object) -> Edit:
    """Set a key, at any depth."""

    def edit(random: Random, inputs: Inputs) -> bool:
        holders = [holder for holder in _holders(inputs) if key in holder]
        if holders:
            random.choice(holders)[key] = deepcopy(value)
        return bool(holders)

    return edit


def _without_key(*keys: str) -> Edit:
    """Remove a key, at any depth."""

    def edit(random: Random, inputs: Inputs) -> bool:
        there = [(holder, key) for holder in _holders(inputs) for key in keys if key in holder]
        if there:
            holder, key = random.choice(there)
            del holder[key]
        return bool(there)

    return edit


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _holders(item)


def _labelled(level: str) -> Edit:
    def edit(_random: Random, inputs: Inputs) -> bool:
        labels = inputs.get("metadata", {}).get("labels", {}) if inputs.get("kind") == "Namespace" else {}
        labels.update({"pod-security.kubernetes.io/enforce": level} if labels else {})
        return bool(labels)

    return edit


def _of_kind(kind: str, change: Callable[[Inputs], object]) -> Edit:
    def edit(_random: Random, inputs: Inputs) -> bool:
        if inputs.get("kind") == kind:
            change(inputs)
        return inputs.get("kind") == kind

    return edit


_TOKEN = {"name": "HF_TOKEN", "value": "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"}
_HOST = {"name": "host", "hostPath": {"path": "/"}}
_GPU = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}

EDITS: tuple[tuple[str, Edit], ...] = (
    ("no security context", _in_container(lambda _, it: it.pop("securityContext", None))),
    ("privileged", _in_container(lambda _, it: it.update(securityContext={"privileged": True}))),
    ("latest", _in_container(lambda _, it: it.update(image="docker.io/library/busybox:latest"))),
    ("elsewhere", _in_container(lambda _, it: it.update(image="registry.example.com/any:1.0"))),
    ("no resources", _in_container(lambda _, it: it.pop("resources", None))),
    ("two GPUs", _in_container(lambda _, it: it.update(resources={"requests": {"nvidia.com/gpu": 2}}))),
    (
        "no probes",
        _in_container(lambda _, it: [it.pop(key, None) for key in ("livenessProbe", "startupProbe")]),
    ),
    ("a token", _in_container(lambda _, it: it.update(env=[_TOKEN]))),
    ("host network", _in_pod(lambda it: it.update(hostNetwork=True))),
    ("host path", _in_pod(lambda it: it.update(volumes=[_HOST]))),
    ("default account", _in_pod(lambda it: it.pop("serviceAccountName", None))),
    ("stray toleration", _in_pod(lambda it: it.update(tolerations=[_GPU]))),
    ("no toleration", _in_pod(lambda it: it.pop("tolerations", None))),
    ("no spread", _in_pod(lambda it: it.pop("topologySpreadConstraints", None))),
    ("default namespace", _of_kind("Deployment", lambda it: it["metadata"].update(namespace="default"))),
    ("one replica", _of_kind("HorizontalPodAutoscaler", lambda it: it["spec"].update(minReplicas=1))),
    ("no eviction", _of_kind("PodDisruptionBudget", lambda it: it["spec"].update(maxUnavailable=0))),
    ("open policy", _of_kind("NetworkPolicy", lambda it: it["spec"].update(ingress=[{}], egress=[{}]))),
    ("load balancer", _of_kind("Service", lambda it: it["spec"].update(type="LoadBalancer"))),
    (
        "any verb",
        _of_kind(
            "ClusterRole",
            lambda it: it["rules"].append({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}),
        ),
    ),
    ("no quota of GPUs", _of_kind("ResourceQuota", lambda it: it["spec"].update(hard={"pods": "1"}))),
    ("privileged level", _labelled("privileged")),
    ("open to the world", _with_key("cidrIpv4", "0.0.0.0/0")),
    ("public endpoint", _with_key("endpointPublicAccess", True)),
    ("public CIDRs", _with_key("publicAccessCidrs", ["0.0.0.0/0"])),
    ("old version", _with_key("version", "1.27")),
    ("IMDSv1", _with_key("httpTokens", "optional")),
    ("two hops", _with_key("httpPutResponseHopLimit", 2)),
    ("public addresses", _with_key("mapPublicIpOnLaunch", True)),
    ("mutable tags", _with_key("imageTagMutability", "MUTABLE")),
    ("no rotation", _with_key("enableKeyRotation", False)),
    ("seven days", _with_key("deletionWindowInDays", 7)),
    ("spot", _with_key("capacityType", "SPOT")),
    ("larger servers", _with_key("instanceTypes", ["p5.48xlarge"])),
    ("unknown servers", _with_key("instanceTypes", ["z9.metal"])),
    ("other taints", _with_key("taints", [{"key": "any", "value": "any", "effect": "NO_EXECUTE"}])),
    ("blank tags", _with_key("tags", {"team": ""})),
    ("force", _with_key("forceDelete", True)),
    (
        "any action",
        _with_key(
            "policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        ),
    ),
    ("public access", _with_key("blockPublicPolicy", False)),
    ("another region", _with_key("region", "ap-southeast-2")),
    (
        "no encryption",
        _without_key("encryptionConfig", "encryptionConfigurations", "kmsKeyId", "encrypted", "rules"),
    ),
    ("no template", _without_key("launchTemplate")),
    ("no logs", _without_key("enabledClusterLogTypes", "logDestination", "logDestinationType")),
    ("no scan", _without_key("imageScanningConfiguration", "rules")),
    ("no default tags", _without_key("defaultTags", "tags")),
)
