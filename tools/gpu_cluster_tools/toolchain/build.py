"""Build one tool from its pinned module."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gpu_cluster_tools.termination import signals_deferred
from gpu_cluster_tools.toolchain.build_failure import build_failure
from gpu_cluster_tools.toolchain.c_compiler import compiler_environment
from gpu_cluster_tools.toolchain.errors import ToolchainError
from gpu_cluster_tools.toolchain.go import Go
from gpu_cluster_tools.toolchain.tool import ModuleFiles, ModuleTree, SourcePatch, Tool
from gpu_cluster_tools.toolchain.tools import MODULES


@dataclass(frozen=True)
class Builder:
    """Builds tools with one Go command inside one empty directory each."""

    go: Go

    def build(self, tool: Tool, directory: Path) -> Path:
        """The executable, somewhere inside the directory."""
        sources = directory / "module"
        temporary = directory / "temporary"
        temporary.mkdir()
        shutil.copytree(MODULES / tool.module, sources)
        for tree in tool.trees:
            self._copy_tree(tool, tree, sources, temporary)
        copied = self._copy(tool, tool.files, sources, temporary) if tool.files else []
        executable = directory / tool.name
        if tool.package is None and tool.compiler:
            self._compile_library(tool, executable, sources, temporary)
            return executable
        if tool.package is None:
            executable = copied[0]
            executable.chmod(0o755)
            return executable
        linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in tool.variables.items())])
        command = ["build", "-trimpath", "-buildvcs=false", "-ldflags", linker, "-o", str(executable)]
        if tool.tags:
            command += ["-tags", ",".join(tool.tags)]
        self._run_go(tool, [*command, tool.package], sources, temporary)
        if tool.generates:
            self._run(tool, [str(executable), *tool.generates], sources, temporary)
            self._run_go(tool, [*command, tool.package], sources, temporary)
        return executable

    def _compile_library(self, tool: Tool, library: Path, sources: Path, temporary: Path) -> None:
        compiler = self._environment(tool, temporary)["CC"]
        options = ["-shared", "-O2", "-s", "-Wall", "-Wextra", "-Werror", f"-Wl,-soname,{tool.name}"]
        files = sorted(path.name for path in sources.glob("*.c"))
        self._run(tool, [*shlex.split(compiler), *options, "-o", str(library), *files], sources, temporary)

    def _copy(self, tool: Tool, files: ModuleFiles, sources: Path, temporary: Path) -> list[Path]:
        module = self._download(tool, files.module, sources, temporary)
        return [_copied(module / path, sources / Path(path).name) for path in files.paths]

    def _copy_tree(self, tool: Tool, tree: ModuleTree, sources: Path, temporary: Path) -> None:
        module = self._download(tool, f"{tree.module}@{tree.version}", sources, temporary)
        target = sources / tree.folder
        target.mkdir()
        for path in tree.paths:
            _copied(module / path, target / path)
        for edit in tree.edits:
            _edit(tool, target, edit)

    def _download(self, tool: Tool, module: str, sources: Path, temporary: Path) -> Path:
        answer = self._run_go(tool, ["mod", "download", "-json", module], sources, temporary)
        return Path(json.loads(answer)["Dir"])

    def _run_go(self, tool: Tool, arguments: list[str], sources: Path, temporary: Path) -> str:
        return self._run(tool, [str(self.go.executable), *arguments], sources, temporary)

    def _run(self, tool: Tool, command: list[str], sources: Path, temporary: Path) -> str:
        process: subprocess.Popen[str] | None = None
        try:
            with signals_deferred():
                process = self._started(tool, command, sources, temporary)
            output, errors = process.communicate()
        except BaseException:
            if process:
                os.killpg(process.pid, signal.SIGKILL)  # with the compilers that Go has started
                process.wait()
            raise
        if process.returncode != 0:
            raise build_failure(tool, " ".join(command), errors or output)
        return output

    def _started(
        self, tool: Tool, command: list[str], sources: Path, temporary: Path
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=sources,
            env=self._environment(tool, temporary),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _environment(self, tool: Tool, temporary: Path) -> dict[str, str]:
        compiler = compiler_environment(self.go.cache) if tool.compiler else {}
        return self.go.environment(temporary=temporary) | compiler


def _copied(source: Path, target: Path) -> Path:
    """Copy of a file or folder, without the read-only mode of Go's cache."""
    if source.is_file():
        return Path(shutil.copyfile(source, target))
    target.mkdir(exist_ok=True)
    for each in source.iterdir():
        _copied(each, target / each.name)
    return target


def _edit(tool: Tool, tree: Path, edit: SourcePatch) -> None:
    file = tree / edit.file
    text, times = re.subn(edit.pattern, edit.replacement, file.read_text(), flags=re.MULTILINE | re.DOTALL)
    expected = times > 0 if edit.times is None else times == edit.times
    if not expected:
        raise ToolchainError(
            f"{tool.name} {tool.version} could not be built: {edit.pattern!r} matches {times} times in "
            f"{edit.file}, expected {edit.times or 'at least one'}."
        )
    file.write_text(text)
