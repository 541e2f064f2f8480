from pathlib import Path

import pytest

from tests.rehearsal.checkout import Checkout

pytestmark = pytest.mark.engine


@pytest.fixture
def wrong(tmp_path: Path) -> Checkout:
    checkout = Checkout.of_local_stack(tmp_path / "project")
    checkout.edit("provider: local", "provider: lokal")
    checkout.edit("pool: l4\n", "pool: l5\n")
    checkout.edit("size: 40Gi", "size: 40GiB")
    checkout.engine.select()
    return checkout


def test_up_ends_with_every_mistake_and_creates_nothing(wrong: Checkout) -> None:
    done = wrong.pulumi("up", "--yes", "--skip-preview")

    said = done.stdout + done.stderr
    assert done.returncode != 0
    for mistake in (
        "gpu-cluster:cluster.provider: ",
        "gpu-cluster:serving.models.chat.pool: ",
        "gpu-cluster:serving.models.chat.cache.size: ",
    ):
        assert f"stacks/Pulumi.local.yaml:{_line(wrong, mistake)} {mistake}" in said
    assert "Traceback" not in said
    assert [resource["type"] for resource in wrong.state()] in ([], ["pulumi:pulumi:Stack"])


def _line(checkout: Checkout, mistake: str) -> int:
    """Line of the mistake's last key, which stands once in the file with its wrong value."""
    key = mistake.removesuffix(": ").rsplit(".", 1)[-1]
    wrong = {"provider": "lokal", "pool": "l5", "size": "40GiB"}[key]
    [line] = [n for n, text in enumerate(checkout.stack_file.read_text().splitlines(), 1) if wrong in text]
    return line
