from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import remove_tmpdirs
from tests.rehearsal.checkout import Checkout

pytestmark = pytest.mark.engine


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout in which nothing runs, so only the link to its temporary folder is removed."""
    checkout = Checkout.of_local_stack(tmp_path / "project")
    yield checkout
    remove_tmpdirs(checkout.folder)


@pytest.fixture
def wrong(checkout: Checkout) -> Checkout:
    checkout.edit("provider: local", "provider: lokal")
    checkout.edit("pool: l4\n", "pool: l5\n")
    checkout.edit("size: 40Gi", "size: 40GiB")
    checkout.engine.select()
    return checkout


def test_up_lists_every_error_of_the_stack_file_and_creates_nothing(wrong: Checkout) -> None:
    done = wrong.pulumi("up", "--yes", "--skip-preview")

    said = done.stdout + done.stderr
    assert done.returncode != 0
    for mistake in (
        "gpu-cluster:cluster.provider: ",
        "gpu-cluster:serving.models.chat.pool: ",
        "gpu-cluster:serving.models.chat.cache.size: ",
    ):
        assert f"stacks/Pulumi.local.yaml:{_line(wrong, mistake)} {mistake}" in said
    summary = _diagnostics(done.stdout)
    assert summary.count("stacks/Pulumi.local.yaml:") == 3, summary
    assert summary.count("error: ") == 1, summary
    assert "Traceback" not in said
    assert "unhandled" not in said.lower()
    assert "Warning" not in said
    assert [resource["type"] for resource in wrong.state()] in ([], ["pulumi:pulumi:Stack"])


def test_up_refuses_a_manifest_that_repeats_an_object_of_the_platform(checkout: Checkout) -> None:
    checkout.edit("config:\n", "config:\n  gpu-cluster:extras: {manifests: [own.yaml]}\n")
    (checkout.folder / "own.yaml").write_text(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: default}}\n"
        "---\n{apiVersion: v1, kind: Namespace, metadata: {name: serving}}\n"
        "---\n{apiVersion: v1, kind: Namespace, metadata: {name: vision}}\n"
    )
    checkout.engine.select()

    done = checkout.pulumi("up", "--yes", "--skip-preview")

    said = done.stdout + done.stderr
    assert done.returncode != 0
    for line, name in ((3, "serving"), (5, "vision")):
        already = f"own.yaml:{line} Namespace {name} is an object of the platform already, "
        assert _diagnostics(done.stdout).count(already) == 1, said
    assert "unhandled" not in said.lower()
    assert "Warning" not in said
    assert "ConfigMap" not in said
    assert "Traceback" not in said
    assert [resource["type"] for resource in checkout.state()] in ([], ["pulumi:pulumi:Stack"])


def _diagnostics(output: str) -> str:
    """Summary of a run; during the run Pulumi also prints the first line of each message."""
    return output.partition("Diagnostics:\n")[2].partition("Resources:\n")[0]


def _line(checkout: Checkout, mistake: str) -> int:
    """Line of the error's last key, which occurs once in the file with its wrong value."""
    key = mistake.removesuffix(": ").rsplit(".", 1)[-1]
    wrong = {"provider": "lokal", "pool": "l5", "size": "40GiB"}[key]
    [line] = [n for n, text in enumerate(checkout.stack_file.read_text().splitlines(), 1) if wrong in text]
    return line
