"""Examples in the docs: stack files are valid, and commands give the shown output."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from gpu_cluster.stack import load_any
from gpu_cluster_tools.cli.app import COMMANDS
from gpu_cluster_tools.rehearsal import copy_project
from tests.unit.docs.test_pages import PAGES, PROJECT

GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"

OFFLINE = ("diagram", "gpus", "init", "schema", "validate")
"""Commands whose output is the same on every machine."""


def blocks(page: str, language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", PAGES[page], re.DOTALL | re.MULTILINE)
    return [dedent(text) for _, text in found]


FILES = [
    pytest.param(text, id=f"{page}-{number}")
    for page in PAGES
    for number, text in enumerate(blocks(page, "yaml"))
    if text.startswith("config:") and "…" not in text
]

EXAMPLES = [
    pytest.param(command, output, id=f"{page}-{command}")
    for page in PAGES
    if page.startswith(("docs/quickstart", "docs/guides"))
    for text in blocks(page, "console")
    for command, output in re.findall(
        r"^\$ gpu-cluster ([^#\n]*?) *(?:#.*)?\n((?:[^$].*\n)*)", text, re.MULTILINE
    )
    if command.split()[0] in OFFLINE
]


@pytest.mark.parametrize("text", FILES)
def test_complete_stack_file_in_the_docs_is_valid(text: str, tmp_path: Path) -> None:
    environment = re.search(r"team: {environment: ([\w-]+)", text)
    name = environment[1] if environment else "shown"
    if environment:
        (tmp_path / f"Pulumi.{name}.yaml").write_text((PROJECT / f"stacks/Pulumi.{name}.yaml").read_text())
    file = tmp_path / f"Pulumi.{name}-shown.yaml"
    file.write_text(text)

    load_any(file)


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_command_in_a_guide_gives_the_shown_output(command: str, output: str, tmp_path: Path) -> None:
    stacks = {
        file.name.split(".")[1]: file.read_text() for file in (PROJECT / "stacks").glob("Pulumi.*.yaml")
    }
    folder = copy_project(PROJECT, tmp_path / "project", stacks)
    done = subprocess.run(
        [GPU_CLUSTER, *command.split()], cwd=folder, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    shown = output.strip()
    if shown not in ("", "…"):
        assert done.stdout.strip() == shown


def test_examples_exist() -> None:
    assert len(EXAMPLES) >= 4
    assert FILES


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/guides")])
def test_every_command_named_in_a_guide_exists(page: str) -> None:
    named = set(re.findall(r"gpu-cluster ([a-z]+)\b", PAGES[page]))
    assert named <= COMMANDS.keys()


def test_shortened_output_has_lines_of_the_real_output() -> None:
    golden = (PROJECT / "tests/golden/cost-prod.txt").read_text()
    plan = subprocess.run(
        [GPU_CLUSTER, "plan", "prod"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for page, command, output in [("cost", "cost prod", golden), ("plan", "plan prod", plan.stdout)]:
        start = f"$ gpu-cluster {command}\n"
        block = next(text for text in blocks(f"docs/{page}.md", "console") if start in text)
        shown = block.partition(start)[2].partition("\n$ ")[0]
        lines = [line for line in shown.splitlines() if line.strip() not in ("", "…")]

        assert len(lines) > 5
        assert [line for line in lines if line not in output.splitlines()] == []
