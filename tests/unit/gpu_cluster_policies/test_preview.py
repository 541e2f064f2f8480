"""Previews that are read, and other texts, which are rejected with a reason."""

import json
from typing import Any

import pytest

from gpu_cluster_policies.preview import PreviewError, read_preview, read_state

URN = "urn:pulumi:prod::gpu-cluster::gpu-cluster:index:Platform$aws:s3/bucket:Bucket::models"
STEP: dict[str, Any] = {
    "op": "delete",
    "urn": URN,
    "oldState": {"urn": URN, "type": "aws:s3/bucket:Bucket", "inputs": {"bucket": "models-a"}},
}
WHOLE = json.dumps({"steps": [STEP], "duration": 1, "changeSummary": {"delete": 1, "same": 3}}, indent=4)


def test_preview_step_has_operation_type_and_name() -> None:
    preview = read_preview(WHOLE)

    [step] = preview.steps
    assert preview.stack == "prod"
    assert (step.kind, step.type, step.name) == ("delete", "aws:s3/bucket:Bucket", "models")
    assert step.resource.address == "aws:s3/bucket:Bucket models"


def test_preview_without_changes_has_no_stack() -> None:
    preview = read_preview(json.dumps({"config": {}, "duration": 1, "changeSummary": {"same": 40}}))

    assert (preview.steps, preview.stack) == ((), None)


@pytest.mark.parametrize("length", range(1, len(WHOLE)), ids=str)
def test_truncated_preview_is_rejected(length: int) -> None:
    with pytest.raises(PreviewError):
        read_preview(WHOLE[:length])


REFUSED: dict[str, tuple[str, str]] = {
    "empty": (" \n", "it is empty: did `pulumi preview --json` fail?"),
    "truncated": (WHOLE[:120], "it is truncated, at line 5, column "),
    "no JSON": ("Previewing update (prod):", "it is not JSON: Expecting value, at line 1, column 1"),
    "a list": ("[]", "expected an object with steps, got list"),
    "other keys": ('{"resources": []}', "it has neither steps nor changeSummary; it has resources"),
    "a state": ('{"version": 3, "deployment": {}}', "it is a state, the output of `pulumi stack export`"),
    "events": ('{"sequence": 0}\n{"sequence": 1}', "it is not JSON: Extra data, at line 2, column 1"),
    "steps of wrong type": ('{"steps": {}}', "expected steps to be a list, got dict"),
    "a step without op": (json.dumps({"steps": [{"urn": URN}]}), "steps[0] has no op and urn"),
    "unknown op": (
        json.dumps({"steps": [STEP | {"op": "evict"}]}),
        "steps[0] is 'evict', an unknown operation",
    ),
    "delete without type": (
        json.dumps({"steps": [{"op": "delete", "urn": URN}]}),
        "steps[0] is 'delete' and has no resource type",
    ),
    "deep nesting": ('{"steps": ' + "[" * 100_000, "it is nested too deeply"),
    "number of 5000 digits": (f'{{"steps": {"9" * 5000}}}', "it is not JSON: Exceeds the limit"),
    "replaceReasons of another type": (
        json.dumps({"steps": [STEP | {"replaceReasons": 1}]}),
        "expected steps[0].replaceReasons to be a list, got int",
    ),
    "inputs of another type": (
        json.dumps({"steps": [STEP | {"oldState": {"inputs": "models-a"}}]}),
        "expected steps[0].oldState.inputs to be an object, got str",
    ),
    "missing steps": (
        json.dumps({"steps": [], "changeSummary": {"replace": 1}}),
        "it is incomplete: changeSummary counts 1 of 'replace', steps have 0",
    ),
    "a failed update": (
        json.dumps(
            {
                "steps": [STEP],
                "diagnostics": [
                    {"severity": "warning", "message": "old"},
                    {"severity": "error", "urn": URN, "message": "unable to replace:\n  protected"},
                ],
            }
        ),
        "the preview failed, so its changes are unknown:\n  models: unable to replace: protected",
    ),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_text_that_is_no_preview_is_rejected_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(PreviewError) as error:
        read_preview(text)

    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE, "it is not a state: it has no deployment"),
        ('{"deployment": {"resources": [{}]}}', "deployment.resources[0] has no urn"),
        ('{"deployment": {"resources": [{"urn": "a::b::c"}]}}', "deployment.resources[0] has no urn"),
        (
            json.dumps({"deployment": {"resources": [{"urn": URN, "inputs": ["models-a"]}]}}),
            "expected deployment.resources[0].inputs to be an object, got list",
        ),
    ],
)
def test_text_that_is_no_state_is_rejected(text: str, said: str) -> None:
    with pytest.raises(PreviewError, match=said.replace("[", r"\[")):
        read_state(text)
