# ruff: noqa: N802, ARG002 - methods are named and called by the service
"""The calls of the engine's LanguageRuntime service that running, previewing and policies need."""

import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeServicer,
    add_LanguageRuntimeServicer_to_server,
)
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from gpu_cluster_tools.toolchain.language_host.children import Children, Chunk, output_of
from gpu_cluster_tools.toolchain.language_host.dependencies import (
    InstalledPackages,
    inventory_of,
    required_plugin,
)
from gpu_cluster_tools.toolchain.language_host.installation import install_commands
from gpu_cluster_tools.toolchain.language_host.interpreter import OptionError, Options, options_of
from gpu_cluster_tools.toolchain.language_host.policy_pack import StandIn
from gpu_cluster_tools.toolchain.language_host.server import serve
from gpu_cluster_tools.toolchain.tools import PULUMI_VERSION

# A program that exits with this has shown its error itself.
_ALREADY_EXPLAINED = 32

Call = grpc.ServicerContext


class LanguageHost(LanguageRuntimeServicer):
    """Serves one engine; `runner` is the script that runs a program against the engine."""

    def __init__(self, runner: str, engine: str, children: Children) -> None:
        self._runner = runner
        self._engine = engine
        self._children = children

    def register(self, server: grpc.Server) -> None:
        add_LanguageRuntimeServicer_to_server(self, server)

    def Handshake(
        self, request: messages.LanguageHandshakeRequest, context: Call
    ) -> messages.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: Call) -> PluginInfo:
        return PluginInfo(version=PULUMI_VERSION)

    def GetRequiredPackages(
        self, request: messages.GetRequiredPackagesRequest, context: Call
    ) -> messages.GetRequiredPackagesResponse:
        with explained(context):
            packages = self._inventory(options_of(request.info))["packages"]
        return messages.GetRequiredPackagesResponse(packages=filter(None, map(required_plugin, packages)))

    def GetProgramDependencies(
        self, request: messages.GetProgramDependenciesRequest, context: Call
    ) -> messages.GetProgramDependenciesResponse:
        with explained(context):
            packages = self._inventory(options_of(request.info))["packages"]
        return messages.GetProgramDependenciesResponse(
            dependencies=[
                messages.DependencyInfo(name=package["name"], version=package["version"])
                for package in packages
                if package["direct"] or request.transitiveDependencies
            ]
        )

    def About(self, request: messages.AboutRequest, context: Call) -> messages.AboutResponse:
        with explained(context):
            options = options_of(request.info)
            inventory = self._inventory(options)
        return messages.AboutResponse(
            executable=inventory["executable"],
            version=inventory["version"],
            metadata={"toolchain": options.toolchain},
        )

    def InstallDependencies(
        self, request: messages.InstallDependenciesRequest, context: Call
    ) -> Iterator[messages.InstallDependenciesResponse]:
        with explained(context):
            options = options_of(request.info)
            commands = install_commands(options)
        for command in commands:
            child = self._children.start(
                command, context, environment=os.environ, directory=options.program, capture=True
            )
            for name, chunk in output_of(child):
                yield messages.InstallDependenciesResponse(**{name: chunk})
            if child.wait() != 0:
                context.abort(
                    grpc.StatusCode.ABORTED, f"{' '.join(command)} ended with exit code {child.returncode}"
                )

    def Run(self, request: messages.RunRequest, context: Call) -> messages.RunResponse:
        if request.attach_debugger:
            return messages.RunResponse(
                error="attaching a debugger needs the official pulumi-language-python"
            )
        with explained(context):
            options = options_of(request.info)
            python = options.python
        child = self._children.start(
            [str(python), "-u", self._runner, *self._arguments(request)],
            context,
            environment=options.environment() | configuration_of(request),
            directory=Path.cwd(),
            capture=False,
        )
        return ended(child.wait())

    def RunPlugin(
        self, request: messages.RunPluginRequest, context: Call
    ) -> Iterator[messages.RunPluginResponse]:
        is_policy_pack = request.kind == "analyzer"
        with explained(context):
            options = options_of(request.info, default_virtualenv="" if is_policy_pack else "venv")
            python = str(options.python)
        environment = options.environment() | dict(pair.split("=", 1) for pair in request.env)
        program = request.info.program_directory
        if not is_policy_pack:
            command = [python, "-u", program, *request.args]
            child = self._children.start(
                command, context, environment=environment, directory=request.pwd, capture=True
            )
            yield from _responses(child, output_of(child))
            return
        command = [python, "-u", "-m", "pulumi.policy", *request.args, program]
        stand_in = StandIn()
        server, port = serve(stand_in.register)
        try:
            yield messages.RunPluginResponse(stdout=b"%d\n" % port)
            environment |= stand_in.environment(context)
            child = self._children.start(
                command, context, environment=environment, directory=program, capture=True
            )
            yield from _responses(child, stand_in.attach(output_of(child)))
        finally:
            stand_in.close()
            server.stop(grace=None)

    def Cancel(self, request: Empty, context: Call) -> Empty:
        self._children.terminate()
        return Empty()

    def _inventory(self, options: Options) -> InstalledPackages:
        return inventory_of(options)

    def _arguments(self, request: messages.RunRequest) -> list[str]:
        named = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        flags = [part for name, value in named.items() if value for part in (f"--{name}", value)]
        return [*flags, request.info.entry_point, *request.args]


def configuration_of(request: messages.RunRequest) -> dict[str, str]:
    """The stack's configuration, as a program finds it in its environment."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def ended(code: int) -> messages.RunResponse:
    """Result of a program for the engine, by its exit code."""
    match code:
        case 0:
            return messages.RunResponse()
        case code if code == _ALREADY_EXPLAINED:
            return messages.RunResponse(bail=True)
        case code:
            return messages.RunResponse(error=f"the program ended with exit code {code}")


@contextmanager
def explained(call: Call) -> Generator[None]:
    """End the call with the message of a wrong option."""
    try:
        yield
    except OptionError as error:
        call.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


def _responses(child: Popen[bytes], chunks: Iterable[Chunk]) -> Iterator[messages.RunPluginResponse]:
    for name, chunk in chunks:
        yield (
            messages.RunPluginResponse(stdout=chunk)
            if name == "stdout"
            else messages.RunPluginResponse(stderr=chunk)
        )
    yield messages.RunPluginResponse(exitcode=child.wait())
