"""The policy pack on the local stack, with the real engine and control plane, before and after deployment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.checkout import PROJECT, Checkout

pytestmark = pytest.mark.engine

WITH_PACK = ("--policy-pack", str(PROJECT / "policies"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("checkout")) / "project")
    yield checkout
    removed = checkout.gpu_cluster("down")
    assert removed.returncode == 0, removed.stderr


def test_stack_has_no_findings_before_deployment(checkout: Checkout) -> None:
    checkout.start_control_plane()
    created = checkout.pulumi("stack", "init")
    assert created.returncode == 0, created.stderr

    _assert_clean(checkout)


def test_stack_has_no_findings_after_deployment(checkout: Checkout) -> None:
    """Rules about the whole stack then receive the objects as stored by the API server."""
    up = checkout.gpu_cluster("up")
    assert up.returncode == 0, up.stdout + up.stderr

    _assert_clean(checkout)


def _assert_clean(checkout: Checkout) -> None:
    preview = checkout.pulumi("preview", *WITH_PACK)

    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "gpu-cluster@v" in preview.stdout
    assert "[mandatory]" not in preview.stdout
    assert "[advisory]" not in preview.stdout
