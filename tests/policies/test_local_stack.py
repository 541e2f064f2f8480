"""The pack on the local stack, by the real engine on a real control plane, before it is up and after."""

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


def test_nothing_stops_the_stack_before_it_is_up(checkout: Checkout) -> None:
    checkout.start_control_plane()
    created = checkout.pulumi("stack", "init")
    assert created.returncode == 0, created.stderr

    _assert_clean(checkout)


def test_nothing_stops_it_once_it_runs(checkout: Checkout) -> None:
    """Rules about the whole stack then see what the API server made of every object."""
    up = checkout.gpu_cluster("up")
    assert up.returncode == 0, up.stdout + up.stderr

    _assert_clean(checkout)


def _assert_clean(checkout: Checkout) -> None:
    preview = checkout.pulumi("preview", *WITH_PACK)

    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "gpu-cluster@v" in preview.stdout
    assert "[mandatory]" not in preview.stdout
    assert "[advisory]" not in preview.stdout
