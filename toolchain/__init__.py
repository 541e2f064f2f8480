"""The programs that the platform runs on: the engine, its plugins and a control plane."""

from toolchain.errors import ToolchainError
from toolchain.toolchain import AT_ONCE, Toolchain, install

__all__ = ["AT_ONCE", "Toolchain", "ToolchainError", "install"]
