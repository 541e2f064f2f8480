"""The platform that tests start is removed, however its start ends."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.real_node.platform import brought_up
from tests.rehearsal.checkout import Checkout


@dataclass(frozen=True)
class UnfinishedUp(Checkout):
    """A checkout whose `up` does not end in time."""

    commands: list[str] = field(default_factory=list[str])

    def gpu_cluster(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.commands.append(arguments[0])
        if arguments == ("up",):
            raise subprocess.TimeoutExpired("gpu-cluster up", 600)
        return subprocess.CompletedProcess(arguments, 0, "", "")


def test_up_that_exceeds_its_time_limit_is_removed(tmp_path: Path) -> None:
    checkout = UnfinishedUp(tmp_path)

    with pytest.raises(subprocess.TimeoutExpired), brought_up(checkout):
        pass

    assert checkout.commands == ["up", "down"]
