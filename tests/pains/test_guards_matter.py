"""Each failure returns without its guard, so the guard is needed, and its test covers it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.pains.guards import GUARDS, Guard

PROJECT = Path(__file__).parents[2]
PARTS = ("components", "policies", "stacks", "tools", "tests/pains", "tests/unit")

SHOWN_OTHERWISE = {"21"}
"""Failures that only an engine can show; docs/pains.md names the tests."""


BROKEN = re.compile(r"^E +(Syntax|Import|ModuleNotFound|Name|Type|Attribute|FileNotFound)Error", re.MULTILINE)
"""Output of a program that cannot run, as opposed to a failure that returned."""


@dataclass(frozen=True)
class Copy:
    """The files of the project that these tests read, and a fork server that runs tests on them."""

    folder: Path
    fork_server: subprocess.Popen[str]

    @contextmanager
    def without(self, guard: Guard) -> Generator[None]:
        file = self.folder / guard.file
        text = file.read_text()
        found = text.count(guard.text)
        assert found == 1, f"{guard.text!r} stands {found} times in {guard.file}"
        file.write_text(text.replace(guard.text, guard.without))
        yield
        file.write_text(text)

    def run(self, *tests: str) -> int:
        """Exit code of pytest for the tests of these pains, stopping at the first failure."""
        assert self.fork_server.stdin
        assert self.fork_server.stdout
        options = ["-x", "-p", "no:cacheprovider", "-p", "syrupy", "-W", "ignore"]
        files = [f"tests/pains/test_{test}.py" for test in tests]
        self.fork_server.stdin.write(
            json.dumps({"folder": str(self.folder), "arguments": [*options, *files]}) + "\n"
        )
        self.fork_server.stdin.flush()
        return int(self.fork_server.stdout.readline())

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("project")
    for part in PARTS:
        shutil.copytree(PROJECT / part, folder / part)
    for file in ("Pulumi.yaml", "pyproject.toml"):
        shutil.copy(PROJECT / file, folder)
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    fork_server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("fork_server.py")],
        env=os.environ | bare,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with fork_server:
        yield Copy(folder, fork_server)


def test_no_pain_returns_with_all_guards(copy: Copy) -> None:
    code = copy.run("01_network_plugin", "13_upgrades", "16_policies", "17_karpenter_and_sharing")
    assert code == pytest.ExitCode.OK, copy.said


@pytest.mark.parametrize("guard", GUARDS, ids=lambda it: it.file)
def test_guard_text_stands_once_in_its_file(guard: Guard) -> None:
    assert (PROJECT / guard.file).read_text().count(guard.text) == 1, guard.text


def _sample(guards: Sequence[Guard]) -> Iterator[Any]:
    """Every guard; all except the first of each test are slow."""
    seen: set[str] = set()
    for guard in guards:
        marks = [pytest.mark.slow] if guard.test in seen else []
        seen.add(guard.test)
        yield pytest.param(guard, marks=marks, id=f"{guard.test}-{Path(guard.file).stem}")


@pytest.mark.parametrize("guard", list(_sample(GUARDS)))
def test_pain_returns_without_its_guard(copy: Copy, guard: Guard) -> None:
    with copy.without(guard):
        code = copy.run(guard.test)
    assert code == pytest.ExitCode.TESTS_FAILED, copy.said
    assert not BROKEN.search(copy.said), copy.said


def test_every_pain_has_a_guard() -> None:
    tested = {file.stem.split("_")[1] for file in Path(__file__).parent.glob("test_[0-9]*.py")}
    assert tested | SHOWN_OTHERWISE == {f"{number:02}" for number in range(1, 25)}
    assert {guard.test[:2] for guard in GUARDS} == tested
