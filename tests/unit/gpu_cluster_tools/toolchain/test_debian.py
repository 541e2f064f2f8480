import os
import subprocess
from pathlib import Path

import pytest

from gpu_cluster_tools.toolchain import debian
from gpu_cluster_tools.toolchain.errors import ToolchainError


@pytest.fixture
def machine(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with all its programs in one folder."""
    del cache
    folder = tmp_path / "machine"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(debian, "_FOLDERS", ())
    return folder


def _executable(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _install(machine: Path) -> None:
    for name in debian.PROGRAMS:
        _executable(machine / name, f"echo {name} of the machine $@")


def _answer(program: Path, *arguments: str) -> str:
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def test_installed_programs_are_used(machine: Path) -> None:
    _install(machine)
    assert debian.missing_programs() == []
    folder = debian.provide_programs()
    assert _answer(folder / "runc", "--version") == "runc of the machine --version"
    assert {path.name for path in folder.iterdir()} == set(debian.PROGRAMS)


def test_missing_programs_are_unpacked_from_debian_packages(machine: Path) -> None:
    """Packages have their real names and content made by this test."""
    _executable(machine / "apt-get", "shift; for name; do echo > $name.deb; done")
    unpack = (
        f"PATH={os.defpath}; mkdir -p $3/usr/sbin; for name in runc xtables-nft-multi; do "
        "printf '#!/bin/sh\\necho $LD_LIBRARY_PATH $@\\n' > $3/usr/sbin/$name; "
        "chmod 755 $3/usr/sbin/$name; done"
    )
    _executable(machine / "dpkg-deb", unpack)
    folder = debian.provide_programs()
    assert (folder / "root/usr/sbin/runc").exists()
    [libraries, *arguments] = _answer(folder / "iptables-save", "-t", "nat").split()[-4:]
    assert libraries == str(folder / f"root/usr/lib/{os.uname().machine}-linux-gnu")
    assert arguments == ["iptables-save", "-t", "nat"]


def test_machine_without_programs_and_packages_is_an_error(machine: Path) -> None:
    assert debian.missing_programs() == list(debian.PROGRAMS)
    _executable(machine / "apt-get", "echo 'E: no such package' >&2; exit 100")
    _executable(machine / "dpkg-deb", "exit 0")
    with pytest.raises(ToolchainError, match=r"E: no such package(.|\n)*REAL_NODE=no"):
        debian.provide_programs()
