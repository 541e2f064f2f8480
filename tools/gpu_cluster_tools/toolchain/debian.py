"""Programs installed on the machine, or unpacked from Debian packages into the cache folder.

apt-get verifies a package against the signed index of its archive. Nothing is installed.
"""

import hashlib
import os
import shlex
import shutil
from pathlib import Path

from gpu_cluster_tools.toolchain.cache import tools_directory
from gpu_cluster_tools.toolchain.command import failure_of
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.fresh_folder import fresh_folder

_IPTABLES = (
    "iptables",
    "iptables-save",
    "iptables-restore",
    "ip6tables",
    "ip6tables-save",
    "ip6tables-restore",
)

PROGRAMS = ("runc", *_IPTABLES)
"""Programs of a real node that are not built: runc is C in part, and iptables wholly."""

_PACKAGES = (
    "iptables",
    "libip4tc2",
    "libip6tc2",
    "libmnl0",
    "libnetfilter-conntrack3",
    "libnfnetlink0",
    "libnftnl11",
    "libxtables12",
    "runc",
)
_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # which a user's PATH may lack
_SECONDS = 300


def missing_programs() -> list[str]:
    """Programs that are not installed and cannot be downloaded."""
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        return []
    return [name for name in PROGRAMS if _installed(name) is None and not (_folder() / name).exists()]


def provide_programs() -> Path:
    """The folder in which all of them are, under their names.

    `ToolchainError` where a package cannot be downloaded.
    """
    folder = _folder()
    if all((folder / name).exists() for name in PROGRAMS):
        return folder
    with fresh_folder(folder) as fresh:
        if any(_installed(name) is None for name in PROGRAMS):
            _unpack(fresh, folder)
        for name in PROGRAMS:
            found = _installed(name)
            _write(fresh / name, f"exec {shlex.quote(str(found))}" if found else _command(name, folder))
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    folder.chmod(0o755)
    return folder


def _folder() -> Path:
    digest = hashlib.sha256(repr((_PACKAGES, [str(_installed(name)) for name in PROGRAMS])).encode())
    return tools_directory() / f"debian-{digest.hexdigest()[:12]}"


def _installed(name: str) -> Path | None:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *_FOLDERS]))
    return Path(found) if found else None


def _unpack(fresh: Path, folder: Path) -> None:
    downloads = fresh / "downloads"
    downloads.mkdir()
    _run(["apt-get", "download", *_PACKAGES], downloads, folder)
    for package in sorted(downloads.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(package), str(fresh / "root")], downloads, folder)
    shutil.rmtree(downloads)


def _run(command: list[str], folder: Path, target: Path) -> None:
    failure = failure_of(command, seconds=_SECONDS, folder=folder)
    if failure:
        raise ToolchainError(
            f"{' and '.join(PROGRAMS[:2])} are not installed, and could not be downloaded to {target}.\n"
            f"Command: {' '.join(command)}\nOutput:\n{failure}\n"
            "What to do: install runc and iptables, or set REAL_NODE=no."
        )


def _command(name: str, folder: Path) -> str:
    root = folder / "root" / "usr"
    if name == "runc":
        return f"exec {shlex.quote(str(root / 'sbin' / 'runc'))}"
    libraries = root / "lib" / f"{os.uname().machine}-linux-gnu"
    return (
        f"LD_LIBRARY_PATH={shlex.quote(str(libraries))} "
        f"XTABLES_LIBDIR={shlex.quote(str(libraries / 'xtables'))} "
        f"exec {shlex.quote(str(root / 'sbin' / 'xtables-nft-multi'))} {name}"
    )


def _write(path: Path, command: str) -> None:
    path.write_text(f'#!/bin/sh\n{command} "$@"\n')
    path.chmod(0o755)
