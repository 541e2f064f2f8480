"""C compiler for tools that need one: Zig's, from a wheel, which brings headers and libraries of glibc.

python -m gpu_cluster_tools.toolchain.c_compiler ARGUMENTS, with the path of zig in the environment, is the
compiler that Go calls.
"""

import os
import platform
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gpu_cluster_tools.toolchain.fresh_folder import fresh_folder
from gpu_cluster_tools.toolchain.wheels import Wheel

_VERSION = "0.17.1"
COMPILER = f"ziglang=={_VERSION}"
_SHA256 = "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54"
"""Hash of the wheel for manylinux2010_x86_64, as the index had it on 2026-11-30."""

_WHEEL = Wheel("Zig", "ziglang", _VERSION, _SHA256)
_ZIG = "GPU_CLUSTER_ZIG"
_TARGET = ("-target", "x86_64-linux-gnu.2.31")
_UNRESOLVED = "-Wl,--unresolved-symbols=ignore-in-object-files"


def missing_c_compiler() -> str | None:
    """Reason why this machine has no C compiler; None if it has one."""
    machine = (sys.platform, platform.machine(), platform.libc_ver()[0])
    if machine == ("linux", "x86_64", "glibc"):
        return None
    return f"Linux on x86_64 with glibc (this is {' '.join(filter(None, machine))})"


def compiler_folder(cache: Path) -> Path:
    return cache / f"zig-{_SHA256[:12]}"


def compiler_environment(cache: Path) -> dict[str, str]:
    """Environment in which Go compiles C, after downloading the compiler where it is missing.

    `ToolchainError` where it cannot be downloaded.
    """
    folder = compiler_folder(cache)
    if not folder.exists():
        _unpack(folder)
    module = [sys.executable, "-P", "-m", "gpu_cluster_tools.toolchain.c_compiler"]
    return {
        "CGO_ENABLED": "1",
        "CC": " ".join(f'"{word}"' for word in module),
        _ZIG: str(folder / "ziglang" / "zig"),
        "ZIG_GLOBAL_CACHE_DIR": str(folder / "cache"),
        "ZIG_LOCAL_CACHE_DIR": str(folder / "cache"),
    }


def _unpack(folder: Path) -> None:
    with fresh_folder(folder) as fresh:
        wheel = _WHEEL.download(fresh)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(fresh)
        wheel.unlink()
        (fresh / "ziglang" / "zig").chmod(0o755)
        if not folder.exists():  # another process may have been faster
            fresh.rename(folder)


def main(arguments: Sequence[str]) -> NoReturn:
    """Compile or link as the arguments of a C compiler say."""
    zig = os.environ[_ZIG]
    if _UNRESOLVED not in arguments:
        os.execv(zig, [zig, "cc", *_TARGET, *arguments])  # noqa: S606
    # A program that finds functions of a library as it runs. Zig's driver has no option for it, and shows
    # the command of its linker, which has; and functions have to be looked up when they are called first.
    others = [argument for argument in arguments if argument != _UNRESOLVED]
    shown = subprocess.run(  # noqa: S603
        [zig, "cc", *_TARGET, *others, "--verbose"], capture_output=True, text=True, check=False
    )
    commands = [line for line in shown.stderr.splitlines() if line.startswith("ld.lld ")]
    if not commands:
        sys.exit(shown.stderr)
    linker = [word for word in shlex.split(commands[-1])[1:] if word != "-znow"]
    os.execv(zig, [zig, "ld.lld", *linker, "-zlazy", _UNRESOLVED.removeprefix("-Wl,")])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
