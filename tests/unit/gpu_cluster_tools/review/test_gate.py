"""Decisions of the gate on a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_policies.preview import Preview, PreviewError, read_preview, read_state
from gpu_cluster_tools.existing_objects import ExistingObject, Findings, PlannedObject
from gpu_cluster_tools.review.gate import Gate, gate_of

PROVIDER = "urn:pulumi:prod::gpu-cluster::pulumi:providers:kubernetes::cluster"


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Platform${kind}::{name}"


def _step(
    operation: str, kind: str, name: str, inputs: dict[str, Any] | None = None, **state: Any
) -> dict[str, Any]:
    urn = state.pop("urn", _urn(kind, name))
    reasons = state.pop("reasons", [])
    known = {"urn": urn, "type": kind, "inputs": inputs or {}, "outputs": inputs or {}, **state}
    sides = {"create": ("newState",), "delete": ("oldState",)}.get(operation, ("oldState", "newState"))
    return {"op": operation, "urn": urn, "replaceReasons": reasons, **dict.fromkeys(sides, known)}


def _preview(*steps: dict[str, Any]) -> Preview:
    return read_preview(json.dumps({"steps": list(steps), "changeSummary": {}}))


def _gate(*steps: dict[str, Any]) -> Gate:
    return gate_of(_preview(*steps))


def _blocked(*steps: dict[str, Any]) -> list[str]:
    return [each.finding.brief for each in _gate(*steps).obstacles]


BUCKET = "aws:s3/bucket:Bucket"
GROUP = "aws:eks/nodeGroup:NodeGroup"
GPUS = {"instanceTypes": ["g6.4xlarge"]}


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("aws:eks/cluster:Cluster", "the cluster, and everything that runs in it"),
        ("aws:efs/fileSystem:FileSystem", "the data in it"),
        ("aws:kms/key:Key", "the key, and with it everything that is encrypted by it"),
        ("pulumi:providers:aws", "everything that was made through it"),
    ],
)
@pytest.mark.parametrize(("operation", "planned"), [("delete", "deletion"), ("replace", "replacement")])
def test_deletion_or_replacement_of_stateful_resources_is_blocked(
    kind: str, lost: str, operation: str, planned: str
) -> None:
    [found] = _blocked(_step(operation, kind, "it"))

    assert found == f"{kind} it: planned operation is a {planned}, which deletes {lost}, should be none"


@pytest.mark.parametrize(
    "step",
    [
        _step("create", BUCKET, "models"),
        _step("update", BUCKET, "models"),
        _step("delete", "aws:sqs/queue:Queue", "events"),
        _step("delete", BUCKET, "models", retainOnDelete=True),
        _step("delete", BUCKET, "models", external=True),
        _step(
            "delete", GROUP, "system", {"instanceTypes": ["m7i.xlarge"], "amiType": "AL2023_x86_64_STANDARD"}
        ),
        _step("discard", BUCKET, "models"),
    ],
    ids=lambda step: f"{step['op']} {step['urn'].rpartition(':')[2]}",
)
def test_stateless_resources_may_be_deleted(step: dict[str, Any]) -> None:
    gate = _gate(step)

    assert gate.open, gate.as_text()


@pytest.mark.parametrize(
    "inputs",
    [
        GPUS,
        {"instanceTypes": ["m7i.xlarge", "g6.4xlarge"]},
        {"instanceTypes": ["z9.huge"]},
        {"amiType": "AL2023_x86_64_NVIDIA", "launchTemplate": {"id": "lt-1"}},
        {"amiType": "CUSTOM", "launchTemplate": {"id": "lt-1"}},
        {},
    ],
    ids=str,
)
def test_deletion_of_possible_gpu_nodes_is_blocked(inputs: dict[str, Any]) -> None:
    assert len(_blocked(_step("delete", GROUP, "l4", inputs))) == 1


def test_steps_of_a_replacement_are_one_obstacle_with_their_order() -> None:
    create, replace, delete = (
        _step(kind, BUCKET, "models", reasons=["bucket"])
        for kind in ("create-replacement", "replace", "delete-replaced")
    )

    [new_first] = _gate(create, replace, delete).obstacles
    [old_first] = _gate(delete, replace, create).obstacles

    assert new_first.finding.actual == "a replacement for bucket, which deletes the data in it"
    assert (new_first.course, old_first.course) == (
        "the new resource is created first and is empty",
        "the old resource is deleted first",
    )


def test_replacement_of_a_retained_resource_is_blocked() -> None:
    step = _step("replace", BUCKET, "models", retainOnDelete=True, protect=True)
    step["newState"] = step["newState"] | {"protect": False}

    [obstacle] = _gate(step).obstacles

    assert obstacle.course == (
        "the old resource is retained outside the stack; "
        "the same change removes its protection, so the engine will not refuse"
    )


def test_replaced_provider_also_blocks_for_its_resources() -> None:
    through = f"{PROVIDER}::0a1b2c3d"
    namespace = {"kind": "Namespace", "metadata": {"name": "team"}}
    service = {"kind": "Service", "metadata": {"name": "chat", "namespace": "team"}}

    provider, room = _gate(
        _step("replace", "pulumi:providers:kubernetes", "cluster", urn=PROVIDER, reasons=["kubeconfig"]),
        _step("replace", "kubernetes:core/v1:Namespace", "team", namespace, provider=through),
        _step("replace", "kubernetes:core/v1:Service", "chat", service, provider=through),
    ).obstacles

    assert provider.course == "2 resources depend on it and change with it"
    assert (room.finding.resource, room.course) == ("Namespace team", "its provider is replaced")


def test_obstacle_has_a_fix_in_the_stack_file() -> None:
    gate = _gate(_step("replace", GROUP, "l4", GPUS, reasons=["amiType"]))

    assert gate.as_text() == (
        "89-nothing-lost: aws:eks/nodeGroup:NodeGroup l4: planned operation is a replacement for "
        "amiType, which deletes its nodes, and what runs on them, should be none\n"
        "  why: A replacement is empty, and the data of the old resource is deleted with it.\n"
        "  fix: add a pool with another name in gpu-cluster:pools, move the models with pool in "
        "gpu-cluster:serving.models.<name>, and remove the old pool in a separate change; if "
        "intended, add a waiver to policies/waivers.yaml\n\n"
        "prod: 1 problems block the update"
    )


WAIVER = """\
waivers:
  - rule: 89-nothing-lost
    resource: aws:eks/nodeGroup:NodeGroup l4
    stacks: [prod]
    owner: platform
    reason: The pool moves to another instance type while nobody uses it.
    expires: {expires}
"""


Waived = Callable[[str], None]


@pytest.fixture
def waived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Waived:
    """A waiver until this day, the only one."""

    def until(expires: str) -> None:
        (tmp_path / "Pulumi.yaml").write_text("name: gpu-cluster\n")
        (tmp_path / "policies").mkdir()
        (tmp_path / "policies/waivers.yaml").write_text(WAIVER.format(expires=expires))
        monkeypatch.chdir(tmp_path)

    return until


def test_waiver_allows_only_the_named_resource(waived: Waived) -> None:
    waived("2026-11-30")
    step = _step("replace", GROUP, "l4", GPUS)

    gate = _gate(step)

    assert gate.open
    assert [each["owner"] for each in gate.as_json()["waived"]] == ["platform"]
    assert "waived until 2026-11-30 by platform: aws:eks/nodeGroup:NodeGroup l4: planned" in gate.as_text()
    assert not _gate(_step("replace", GROUP, "h100", GPUS), step).open


def test_expired_waiver_allows_nothing(waived: Waived) -> None:
    waived("2026-11-24")

    gate = _gate(_step("replace", GROUP, "l4", GPUS))

    assert [each.finding.resource for each in gate.obstacles] == ["aws:eks/nodeGroup:NodeGroup l4"]
    assert "expired on 2026-11-24" in gate.as_text()


def test_unused_waiver_is_an_obstacle(waived: Waived) -> None:
    waived("2026-11-30")

    gate = _gate(_step("update", GROUP, "l4", GPUS))

    assert not gate.open
    assert "remove the waiver" in gate.as_text()


SECRET_CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a name": ({"outputs": {"hubToken": "abcdefgh"}}, ["outputs.hubToken"]),
    "a shape": ({"outputs": {"plain": "hf_" + "a" * 34}}, ["outputs.plain"]),
    "a list": ({"inputs": {"urls": ["https://user:word@example.com"]}, "outputs": {}}, ["inputs.urls[0]"]),
    "hidden": ({"outputs": {"hubToken": "[secret]"}}, []),
    "not known": ({"outputs": {"hubToken": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}}, []),
    "encrypted": (
        {"outputs": {"hubToken": {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "v1:a:b"}}},
        [],
    ),
    "what tells requests apart": ({"outputs": {"creationToken": "terraform-1"}}, []),
}


@pytest.mark.parametrize(("state", "paths"), SECRET_CASES.values(), ids=SECRET_CASES)
def test_plaintext_secret_in_a_step_is_found(state: dict[str, Any], paths: list[str]) -> None:
    step = _step("update", "aws:sqs/queue:Queue", "events", **state)

    assert [each.finding.path for each in _gate(step).obstacles] == paths


def test_plaintext_secret_in_the_stored_state_is_found() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "hub-token"}, "stringData": {"it": "abcdefgh"}}
    urn = _urn("kubernetes:core/v1:Secret", "hub-token")
    state = read_state(
        json.dumps({"version": 3, "deployment": {"resources": [{"urn": urn, "inputs": secret}]}})
    )

    [obstacle] = gate_of(_preview(), state).obstacles

    assert obstacle.finding.brief == (
        "Secret hub-token: inputs.stringData.it is stored in plaintext, should be encrypted"
    )
    assert obstacle.advice.startswith("set it with `pulumi config set --secret`")


RECORDED = Path(__file__).parent / "previews"
"""Recorded output of the engine for a small program with buckets, a key and a log group, shortened."""


def _recorded(name: str) -> str:
    return (RECORDED / f"{name}.json").read_text()


@pytest.mark.parametrize("name", ["created", "unchanged"])
def test_recorded_preview_without_losses_passes(name: str) -> None:
    assert gate_of(read_preview(_recorded(name))).open


def test_recorded_replacements_and_deletions_are_blocked() -> None:
    gate = gate_of(read_preview(_recorded("replaced")))

    assert [(each.finding.resource, each.finding.actual) for each in gate.obstacles] == [
        ("aws:s3/bucket:Bucket first", "a replacement for bucket, which deletes the data in it"),
        ("aws:s3/bucket:Bucket models", "a replacement for bucket, which deletes the data in it"),
        ("aws:cloudwatch/logGroup:LogGroup audit", "a deletion, which deletes the data in it"),
    ]


def test_recorded_failed_preview_is_an_error() -> None:
    with pytest.raises(PreviewError, match="unable to replace resource"):
        read_preview(_recorded("protected"))


def test_recorded_state_shows_plaintext_secrets() -> None:
    gate = gate_of(read_preview(_recorded("unchanged")), read_state(_recorded("state")))

    assert [each.finding.path for each in gate.obstacles] == ["outputs.plain"]


def test_update_that_replaces_nodes_describes_the_rollout() -> None:
    urn = _urn(GROUP, "platform-nodes-l4")
    sizes = {"scalingConfig": {"maxSize": 4}, "updateConfig": {"maxUnavailable": 1}}
    sides = {
        side: {
            "urn": urn,
            "type": GROUP,
            "inputs": {**sizes, "launchTemplate": {"id": "lt", "version": version}},
        }
        for side, version in {"oldState": "1", "newState": "2"}.items()
    }
    found = _gate({"op": "update", "urn": urn, **sides})

    assert found.open
    assert "note: platform-nodes-l4 replaces every node: up to 4 nodes, 1 at a time" in found.as_text()
    assert found.as_json()["rollouts"]["platform-nodes-l4"]["minutes"] == 80


def test_existing_objects_block_an_update() -> None:
    planned = PlannedObject("storage.k8s.io/v1", "StorageClass", "", "disks", "urn")
    preview = _preview(_step("create", "kubernetes:storage.k8s.io/v1:StorageClass", "disks"))
    found = gate_of(preview, None, Findings((ExistingObject(planned, ("kubectl",)),)))

    assert not found.open
    assert "StorageClass disks is in the cluster and not in the state, managed by kubectl" in found.as_text()
    assert found.summary == "prod: 1 problems block the update"
    assert found.as_json()["existing"] == [{"object": "StorageClass disks", "managed_by": ["kubectl"]}]


def test_unchecked_kinds_are_a_note() -> None:
    preview = _preview(_step("create", "kubernetes:storage.k8s.io/v1:StorageClass", "disks"))
    found = gate_of(preview, None, Findings(unchecked=("not authorized to list StorageClass",)))

    assert found.open
    assert "note: existing objects: not checked: not authorized to list StorageClass" in found.as_text()
    assert found.as_json()["unchecked"] == ["not authorized to list StorageClass"]
