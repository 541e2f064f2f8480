"""Examples and tables of README.md and docs/stack-file.md are correct."""

import re
from pathlib import Path

import pytest

from gpu_cluster.stack import load
from gpu_cluster.stack.sections import ENVIRONMENT
from tests.unit.gpu_cluster.stack.corpus import PROJECT

GUIDE = (PROJECT / "docs/stack-file.md").read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/stack-file.md"])
def test_example_stack_file_of_the_page_loads(page: str, tmp_path: Path) -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", (PROJECT / page).read_text(), re.DOTALL)
    path = tmp_path / "Pulumi.example.yaml"
    path.write_text(example)

    assert list(load(path).serving.models) == ["chat"]


def test_guide_lists_every_section_and_example() -> None:
    told = re.findall(r"^\| `([\w:]+)` \| .* \| (?:always|with `eks`)? ?\|$", GUIDE, re.MULTILINE)
    assert told == ENVIRONMENT.sections
    examples = sorted(path.name for path in (PROJECT / "stacks").glob("Pulumi.*.yaml"))
    assert sorted(re.findall(r"^\| `(Pulumi\.[\w-]+\.yaml)`", GUIDE, re.MULTILINE)) == examples
