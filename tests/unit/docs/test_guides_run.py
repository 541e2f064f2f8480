"""Commands of quickstart and guides, run in order from an empty machine.

The virtual environment is that of the tests; it is not on PATH until a page adds it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from tests.unit.docs.test_pages import PAGES, PROJECT

GUIDES = {
    "docs/quickstart.md": "lab",
    "docs/guides/air-gapped.md": "site",
    "docs/guides/environment.md": "lab",
    "docs/guides/existing-cluster.md": "site",
    "docs/guides/gateway.md": "dev",
    "docs/guides/model.md": "prod",
    "docs/guides/pool.md": "prod",
    "docs/guides/team.md": "prod",
    "docs/guides/training.md": "prod",
    "docs/guides/upgrade.md": "prod",
}
"""The stack whose file gets the sections that the page shows; `dev` for the gateway, because it needs no
keys."""

ON_YOUR_ACCOUNT = "# on your account"
"""Mark of a command that needs the reader's account or cluster, as the page says."""

ENGINE = re.compile(r"make (up|status|down|rehearse)\b|gpu-cluster (status|rehearse)\b")
"""Commands that run the engine for minutes; tests/rehearsal runs them."""

ON_SERVERS = re.compile(r"crane |\bpulumi |^gpu-cluster up |^kubectl |^curl ")
"""Commands of the offline guide that need servers; tests/real_node/test_air_gapped.py runs them all."""

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/config}
  gpu-cluster:pools:
    l4: {machine: {cpus: 32, memory: 128Gi, gpu: L4, gpus: 1}, nodes: 1, labels: {gpu-cluster/pool: l4}}
"""

CLOSED = """\
config:
  aws:region: eu-central-1
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.36"
    endpoint: private
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:pools: {system: {instance: m7i.xlarge, nodes: 2}}
  gpu-cluster:storage: {disk: {kind: ebs, default: true}}
"""

NOT_THERE = "chat-next"
"""A model that a guide requires without showing its section."""

NAMED = ("pools", "storage", "models", "teams")
"""Sections and keys whose keys are names."""

QUICK = ("docs/quickstart.md", "docs/guides/air-gapped.md", "docs/guides/environment.md")

ANSWERS = {
    "account": "123456789012",
    "principal": "arn:aws:iam::123456789012:role/platform",
    "notify": "platform@example.com",
    "cost-centre": '"4711"',
    "revision": "4fbd2f2b9d1a7c3a3f9f8f1a2f6d8b9e0c1d2e3f",
}
"""Values for placeholders by the last key before them."""


class Step(NamedTuple):
    command: str
    """A shell command; empty for a section of a stack file."""

    section: str = ""


def steps(page: str) -> Iterator[Step]:
    """Commands in blocks and in prose, and sections of stack files, in order."""
    pattern = re.compile(
        r"^ *```(?P<language>\w*)\n(?P<block>.*?)^ *```|`(?P<inline>(?:gpu-cluster|make) [^`]+)`",
        re.DOTALL | re.MULTILINE,
    )
    for found in pattern.finditer(PAGES[page]):
        match found["language"]:
            case None:
                yield Step(found["inline"].replace("\n", " "))
            case "console":
                yield from (Step(it) for it in re.findall(r"^ *\$ (.*)$", found["block"], re.MULTILINE))
            case "sh":
                yield from (Step(it.strip()) for it in found["block"].splitlines())
            case "yaml":
                yield Step("", found["block"])
            case _:
                pass


class Machine:
    """A shell in a checkout that keeps its folder and variables from command to command."""

    def __init__(self, folder: Path) -> None:
        checkout = folder / "checkout"
        listed = ["git", "ls-files", "-z"]
        tracked = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, tracked.split("\0")):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, checkout / name)
        for name in ("requirements.txt", "pyproject.toml"):
            os.utime(checkout / name, (0, 0))  # older than the environment
        (folder / "home").mkdir()
        self._state = folder / "state"
        self._state.write_text(f"cd {checkout}\n")
        own = str(Path(sys.prefix) / "bin")
        path = os.pathsep.join(it for it in os.environ["PATH"].split(os.pathsep) if it != own)
        self._environment = {"PATH": path, "HOME": str(folder / "home"), "AWS_EC2_METADATA_DISABLED": "true"}
        author = "-c user.name=a -c user.email=a@example.com"
        self.run(f"git init -q -b main && git add -A && git {author} commit -q -m a")
        (checkout / ".venv").symlink_to(sys.prefix)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        keep = f'{{ export -p; echo "cd $PWD"; }} > "{self._state}"'
        script = f'. "{self._state}"\n{command}\nended=$?\n{keep}\nexit $ended\n'
        return subprocess.run(
            ["bash", "-c", script], env=self._environment, capture_output=True, text=True, check=False
        )

    @property
    def folder(self) -> Path:
        return Path(self._state.read_text().rpartition("cd ")[2].strip())

    def fill(self) -> None:
        """Fill each placeholder of the stack files."""
        for file in (self.folder / "stacks").glob("Pulumi.*.yaml"):
            text = file.read_text()
            if "CHANGEME" in text:
                filled = re.sub(
                    r"([\w-]+):([ {\[\"/]*)CHANGEME", lambda it: f"{it[1]}:{it[2]}{ANSWERS[it[1]]}", text
                )
                file.write_text(filled)

    def merge(self, stack: str, section: str) -> None:
        """Merge a section that a page shows into a stack file."""
        yaml = YAML()
        file = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        document: Any = yaml.load(file)  # pyright: ignore[reportUnknownMemberType]
        _merge(document["config"], yaml.load(section))  # pyright: ignore[reportUnknownMemberType]
        yaml.dump(document, file)  # pyright: ignore[reportUnknownMemberType]


def _merge(into: Any, shown: Any, *, named: bool = False) -> None:
    """Merge two mappings. `named`: keys are names, whose values are replaced."""
    for key, value in shown.items():
        if isinstance(into.get(key), dict) and isinstance(value, dict) and not named:
            _merge(into[key], value, named=key.rpartition(":")[2] in NAMED)
        else:
            into[key] = value


@pytest.mark.parametrize(
    "page", [page if page in QUICK else pytest.param(page, marks=pytest.mark.slow) for page in GUIDES]
)
def test_commands_of_a_page_run_in_order(page: str, tmp_path: Path) -> None:
    machine, stack = Machine(tmp_path), GUIDES[page]
    if stack == "site":
        (machine.folder / "stacks/Pulumi.site.yaml").write_text(SITE)
        (machine.folder / "stacks/Pulumi.closed.yaml").write_text(CLOSED)
    if page != "docs/quickstart.md":
        machine.run("source .venv/bin/activate")
    ran, touched = 0, set[str]()
    for step in steps(page):
        if NOT_THERE in step.section:
            continue
        if step.section:
            of = "closed" if "nat: none" in step.section else stack
            machine.merge(of, step.section)
            touched.add(of)
            continue
        if ON_YOUR_ACCOUNT in step.command or ENGINE.search(step.command):
            continue
        if stack == "site" and ON_SERVERS.search(step.command):
            continue
        done = machine.run(step.command)
        assert done.returncode in _ends(step.command), f"{step.command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        machine.fill()
        ran += 1
    for of in touched:
        valid = machine.run(f"gpu-cluster validate {of}")
        assert valid.returncode == 0, valid.stderr
    assert ran > 0


def _ends(command: str) -> tuple[int, ...]:
    """Allowed exit codes: a doctor without credentials and a change with findings do not exit with 0."""
    match command.split()[:2]:
        case ["gpu-cluster", "doctor" | "check" | "review"]:
            return (0, 1)
        case ["gpu-cluster", "cost"]:
            return (0, 3)
        case _:
            return (0,)


def test_every_guide_is_run() -> None:
    there = {page for page in PAGES if page.startswith(("docs/guides/", "docs/quickstart"))}
    assert there == GUIDES.keys()
