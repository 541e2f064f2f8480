"""Virtual environment of a program, created by `pulumi install`."""

import shutil
import sys

from gpu_cluster_tools.toolchain.language_host.interpreter import OptionError, Options


def install_commands(options: Options) -> list[list[str]]:
    """The commands that install a program's packages, to be run in its directory."""
    if options.toolchain != "pip":
        tool = shutil.which(options.toolchain)
        if tool is None:
            raise OptionError(f"runtime.options.toolchain is {options.toolchain}, which is not on PATH")
        return [[tool, "sync" if options.toolchain == "uv" else "install"]]
    requirements = options.program / "requirements.txt"
    install = ["-m", "pip", "install", "-r", str(requirements)]
    if options.virtualenv is None:
        return [[str(options.python), *install]] if requirements.exists() else []
    commands: list[list[str]] = []
    python = options.virtualenv / "bin" / "python"
    if not python.exists():
        commands.append([sys.executable, "-m", "venv", str(options.virtualenv)])
    if requirements.exists():
        commands.append([str(python), *install])
    return commands
