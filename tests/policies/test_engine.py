"""The policy pack as the engine runs it, on a program whose objects are rendered and not applied."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from gpu_cluster.plan import Registered, plan_of
from gpu_cluster_policies import pack_of
from gpu_cluster_policies.resources.kinds_without_rule import UNSEEN_KINDS
from gpu_cluster_tools.toolchain import Toolchain, install
from tests.policies.mutations import mutated
from tests.policies.paths import by_plan, is_object

PACK = Path(__file__).parents[2] / "policies"
PROGRAM = Path(__file__).parent / "program"
SEEDS = (1, 5, 8, 14)

pytestmark = pytest.mark.engine


class Engine:
    """An engine with its own state and the test program."""

    def __init__(self, directory: Path, toolchain: Toolchain, **environment: str) -> None:
        state = directory / "state"
        state.mkdir()
        self._program = shutil.copytree(PROGRAM, directory / "program")
        (self._program / "Pulumi.yaml").write_text(
            f"name: policies\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
        )
        self._pulumi = toolchain.path("pulumi")
        self._environment = toolchain.environment() | {
            "PULUMI_BACKEND_URL": f"file://{state}",
            "PULUMI_CONFIG_PASSPHRASE": "rehearsed",
            **environment,
        }

    def of(self, objects: Sequence[Registered]) -> Counter[tuple[str, str]]:
        """Findings for these Kubernetes objects: rule and message."""
        given = [{"type": it.type, "name": it.name, "inputs": it.inputs} for it in objects]
        (self._program / "objects.json").write_text(json.dumps(given))
        preview = self.preview("given")
        assert "previewing" in preview.stdout.lower(), preview.stderr
        found = re.findall(r"\[(?:mandatory|advisory)\] +(\S+) .*\n.*\n *(.*)\n", preview.stdout)
        return Counter((rule.removesuffix("-outside-production"), words) for rule, words in found)

    def preview(self, case: str, *, stack: str = "elsewhere") -> subprocess.CompletedProcess[str]:
        self._run("stack", "select", "--create", stack)
        config = ("--config", f"case={case}")
        return self._run("preview", "--stack", stack, "--policy-pack", str(PACK), "--color", "never", *config)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._pulumi), *arguments, "--non-interactive"]
        return subprocess.run(
            command, cwd=self._program, env=self._environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(tmp_path_factory.mktemp("policies"), install())


def test_program_that_follows_every_rule_passes(engine: Engine) -> None:
    preview = engine.preview("good", stack="prod-elsewhere")

    assert preview.returncode == 0, preview.stderr
    assert "gpu-cluster@v0.2.0" in preview.stdout
    assert "[mandatory]" not in preview.stdout
    assert "[advisory]" not in preview.stdout


def test_mandatory_rule_stops_the_preview(engine: Engine) -> None:
    preview = engine.preview("privileged")

    assert preview.returncode != 0
    assert "[mandatory]  49-not-privileged" in preview.stdout
    assert (
        "Pod team/work: spec.containers[0].securityContext.privileged is true, should be false"
        in preview.stdout
    )


def test_production_rule_only_warns_outside_production(engine: Engine) -> None:
    preview = engine.preview("tag", stack="elsewhere")

    assert preview.returncode == 0, preview.stderr
    assert "[advisory]  60-digest-pinned-outside-production" in preview.stdout
    assert "[mandatory]" not in preview.stdout


def test_production_rule_stops_production(engine: Engine) -> None:
    preview = engine.preview("tag", stack="prod-vision")

    assert preview.returncode != 0
    assert "[mandatory]  60-digest-pinned " in preview.stdout
    assert "outside-production" not in preview.stdout


def test_unknown_value_stops_the_preview(engine: Engine) -> None:
    preview = engine.preview("unknown")

    assert preview.returncode != 0
    for rule in ("59-no-latest-tag", "61-allowed-registry"):
        assert f"[mandatory]  {rule}" in preview.stdout
    assert "could not be evaluated: spec.containers[0].image is unknown at preview" in preview.stdout
    assert "can't run policy" not in preview.stdout  # the engine's message for a rule that it skipped


def test_rule_about_the_whole_stack_stops_the_preview(engine: Engine) -> None:
    preview = engine.preview("open-namespace")

    assert preview.returncode != 0
    assert "[mandatory]  64-default-deny" in preview.stdout
    assert "Namespace team: ingress traffic is open" in preview.stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_agrees_with_the_plan(engine: Engine, seed: int) -> None:
    """A sample of mutated plans; test_agreement.py compares several hundred in process.

    Kinds that are evaluated only as objects of the platform are left out, because this program is not the
    platform.
    """
    changed = mutated(plan_of(PACK.parent, "local").graph.resources, seed).resources
    objects = [it for it in changed if is_object(it) and it.inputs["kind"] not in UNSEEN_KINDS]
    planned = by_plan(pack_of("elsewhere"), objects)

    assert engine.of(objects) == Counter(
        {(it.rule, it.words.partition("\n")[0]): count for it, count in planned.items()}
    )
