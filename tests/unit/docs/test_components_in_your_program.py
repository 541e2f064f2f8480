"""The example of a user's program runs with Pulumi's mocks."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

import gpu_cluster
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.recorder import recorded
from tests.unit.graph import graph_of

PAGE = Path(__file__).parents[3] / "docs" / "components-in-your-program.md"

EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_examples_pass_strict_type_checks(tmp_path: Path) -> None:
    """pyright checks the examples against the installed package, as in a user's project."""
    first, second = EXAMPLES
    platform = f"from pathlib import Path\n\nimport gpu_cluster\n\n{second}"
    for name, program in (("components.py", first), ("platform.py", platform)):
        (tmp_path / name).write_text(program)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')

    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_example_plans_a_platform_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PAGE.parents[1])
    names = {"gpu_cluster": gpu_cluster, "Path": Path}

    cloud = FakeCloud("123456789012", "us-east-2", {})
    graph = recorded(lambda: exec(compile(EXAMPLES[1], str(PAGE), "exec"), names), cloud, preview=True)

    assert graph.only("Platform").name == "platform"


def test_example_creates_its_components(monkeypatch: pytest.MonkeyPatch) -> None:
    program, _ = EXAMPLES
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
