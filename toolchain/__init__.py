"""The programs that the platform runs on: the engine, its plugins and a control plane."""

from toolchain.errors import ToolchainError
from toolchain.toolchain import Toolchain, install

__all__ = ["Toolchain", "ToolchainError", "install"]
