from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine
from gpu_cluster_tools.rehearsal.cluster_state.removed_models import removed_models

CHAT = "urn:pulumi:s::p::gpu-cluster:index:Serving$gpu-cluster:index:Model::platform-serving-chat"
CODE = CHAT.replace("chat", "code")


def knowing(*urns: str) -> dict[str, Any]:
    return {"resources": [{"urn": urn, "type": "gpu-cluster:index:Model"} for urn in urns]}


@dataclass(frozen=True)
class Knowing(PulumiEngine):
    """An engine with its own state."""

    known: dict[str, Any] = field(default_factory=dict[str, Any])

    def state(self) -> dict[str, Any]:
        return self.known


@pytest.mark.parametrize(
    ("state", "retired"),
    [
        ({}, []),
        (knowing(CHAT), []),
        (knowing(CHAT, CODE), [CODE]),
        ({"resources": [{"urn": CODE, "type": "kubernetes:core/v1:Service"}]}, []),
    ],
)
def test_models_removed_from_the_stack_file_are_found_in_the_state(
    state: dict[str, Any], retired: list[str]
) -> None:
    assert removed_models(Knowing(Path(), "s", {}, known=state), ["chat"]) == retired
