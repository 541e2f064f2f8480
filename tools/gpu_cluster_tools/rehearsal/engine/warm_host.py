# ruff: noqa: N802 - methods are named and called by the service
"""A language host that stays between runs of the engine, and begins each program with its packages loaded.

A host, the list of what is installed and the SDKs take most of the processor's time of a small program. The
program itself runs as ever: by Pulumi's own runner, in a process of its own, which is forked from one that
has loaded the modules and done nothing else.
"""

import gc
import multiprocessing
import os
import runpy
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import grpc
from pulumi.runtime.proto import language_pb2 as messages

from gpu_cluster_tools.rehearsal.engine.engine import PulumiEngine
from gpu_cluster_tools.toolchain.language_host.children import Children
from gpu_cluster_tools.toolchain.language_host.dependencies import InstalledPackages, inventory_of
from gpu_cluster_tools.toolchain.language_host.host import LanguageHost, configuration_of, ended
from gpu_cluster_tools.toolchain.language_host.interpreter import Options
from gpu_cluster_tools.toolchain.language_host.server import serve


@contextmanager
def warm(engine: PulumiEngine, runner: Path, output: Path) -> Generator[PulumiEngine]:
    """The engine, whose programs begin warm. `runner`: the script that runs them; `output`: what they print.

    with warm(sandbox.engine, runner, folder / "programs.out") as engine:
        engine.run("up", "--yes")
    """
    server, port = serve(_WarmHost(str(runner), engine.environment, output).register)
    try:
        yield replace(engine, environment={**engine.environment, "PULUMI_DEBUG_LANGUAGES": f"python:{port}"})
    finally:
        server.stop(grace=None)


class _WarmHost(LanguageHost):
    def __init__(self, runner: str, environment: Mapping[str, str], output: Path) -> None:
        super().__init__(runner, "", Children())
        self._environment = environment
        self._output = output
        self._fork = multiprocessing.get_context("forkserver")
        self._fork.set_forkserver_preload(["__main__", "gpu_cluster_tools.rehearsal.engine.warm_modules"])

    def Run(self, request: messages.RunRequest, context: grpc.ServicerContext) -> messages.RunResponse:
        environment = {**self._environment, **configuration_of(request)}
        words = [self._runner, *self._arguments(request)]
        program = self._fork.Process(target=_run, args=(words, environment, self._output), daemon=True)
        program.start()
        context.add_callback(program.terminate)
        program.join()
        return ended(program.exitcode or 0)

    def _inventory(self, options: Options) -> InstalledPackages:
        return _remembered(options)


@cache
def _remembered(options: Options) -> InstalledPackages:
    return inventory_of(options)


def _run(words: Sequence[str], environment: Mapping[str, str], output: Path) -> None:
    """Run one program."""
    gc.disable()  # it is gone before it has much to collect, and what was loaded is much to look through
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, sys.stdout.fileno())
    os.dup2(written, sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(words)
    sys.path_importer_cache.pop(".", None)  # was another folder when the modules were loaded
    runpy.run_path(words[0], run_name="__main__")
