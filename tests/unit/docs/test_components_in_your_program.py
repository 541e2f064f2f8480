"""The example of a user's program runs on Pulumi's mocks."""

import re
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.unit.graph import graph_of

PAGE = Path(__file__).parents[3] / "docs" / "components-in-your-program.md"


def test_the_example_makes_its_components(monkeypatch: pytest.MonkeyPatch) -> None:
    [program] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    monkeypatch.setattr(pulumi.Config, "require", _required)

    graph = graph_of(lambda: exec(compile(program, str(PAGE), "exec"), {}))

    made = {(it.type, it.name): it.inputs for it in graph.resources}
    daemons = [inputs for (kind, _), inputs in made.items() if kind.endswith(":DaemonSet")]
    images = {it["spec"]["template"]["spec"]["containers"][0]["image"].partition("/")[0] for it in daemons}
    assert images == {"harbor.example.com"}
    [repository] = [inputs for (kind, _), inputs in made.items() if kind == "aws:ecr/repository:Repository"]
    assert repository["name"] == "vision/api"
    assert list(exported) == ["repository"]


def _required(_config: pulumi.Config, key: str) -> str:
    return f"the {key}"
