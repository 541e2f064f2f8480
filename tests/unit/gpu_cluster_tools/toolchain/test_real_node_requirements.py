import os
import sys

import pytest

from gpu_cluster_tools.toolchain import real_node_requirements as requirements


def test_another_system_than_linux_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert requirements.missing_requirement() == "Linux (this is darwin)"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_a_user_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert requirements.missing_requirement() == "root"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_a_feature_that_the_kernel_lacks_is_named_with_the_command_that_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements.shutil, "which", _there)
    monkeypatch.setattr(requirements, "_works", _without_veth)
    missing = requirements.missing_requirement()
    assert missing is not None
    assert missing.startswith("pairs of virtual network devices")
    assert "type veth" in missing


def _there(command: str) -> str:
    return f"/bin/{command}"


def _without_veth(probe: str) -> bool:
    return "veth" not in probe
