"""README.md and docs/stack-file.md show what holds."""

import re
from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster.stack.sections import ENVIRONMENT
from tests.unit.gpu_cluster.stack.corpus import PROJECT

GUIDE = (PROJECT / "docs/stack-file.md").read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/stack-file.md"])
def test_the_example_loads(page: str, tmp_path: Path) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", (PROJECT / page).read_text(), re.DOTALL)
    path = tmp_path / "Pulumi.example.yaml"
    path.write_text(example)

    assert list(load(path).serving.models) == ["chat"]


def test_every_section_and_example_is_told_of() -> None:
    told = re.findall(r"^\| `([\w:]+)` \| .* \| (?:always|with `eks`)? ?\|$", GUIDE, re.MULTILINE)
    assert told == ENVIRONMENT.sections
    examples = sorted(path.name for path in (PROJECT / "stacks").glob("Pulumi.*.yaml"))
    assert sorted(re.findall(r"^\| `(Pulumi\.[\w-]+\.yaml)`", GUIDE, re.MULTILINE)) == examples
