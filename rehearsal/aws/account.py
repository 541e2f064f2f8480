"""An emulated AWS account on this machine, and the provider that leads engines to it."""

import http.client
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rehearsal import ports
from rehearsal.aws import plugin
from rehearsal.aws.faults import Faults
from rehearsal.errors import RehearsalError
from rehearsal.lock import locked
from rehearsal.processes import Process, end, processes

_SERVER = "rehearsal.aws.account_server"
_PROVIDER = "pulumi-resource-aws"
_START_SECONDS = 30
_POLL_SECONDS = 0.05


class Account:
    """The account whose files lie in one folder. It lives as long as its server: stopped, it is empty.

    account = Account(project / ".local")
    account.start()
    Engine(project, "dev", account.environment(toolchain.environment())).run("up", "--yes")
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._work = self._directory / "aws"
        self._port = self._work / "port"
        self._lock = self._directory / "aws.lock"

    @property
    def endpoint(self) -> str:
        """Where its API listens. `RehearsalError` before it was started."""
        if not self._port.exists():
            raise RehearsalError("the emulated AWS account was not started")
        return f"http://127.0.0.1:{self._port.read_text()}"

    def start(self) -> bool:
        """Make it run. Whether it is new, and so empty."""
        with locked(self._lock):
            if self._running() and self._answers():
                return False
            end(self._running())
            self._start()
            return True

    def stop(self) -> None:
        """End it, and with it forget all that was made in it."""
        if not self._directory.exists():
            return
        with locked(self._lock):
            end(self._running())

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """An engine's environment in which provider `aws` is the emulated one, whatever is installed."""
        launcher = self._work / "bin" / _PROVIDER
        launcher.parent.mkdir(parents=True, exist_ok=True)
        port = self.endpoint.rpartition(":")[2]
        command = shlex.join([sys.executable, "-I", "-S", plugin.__file__, port])
        script = f'#!/bin/sh\nexec {command} "$@"\n'
        if not launcher.exists() or launcher.read_text() != script:
            launcher.write_text(script)
            launcher.chmod(0o755)
        search = os.pathsep.join([str(launcher.parent), inherited.get("PATH", os.defpath)])
        return dict(inherited) | {"PATH": search}

    def inject(self, faults: Faults) -> None:
        """Let these faults strike from now on, and no others."""
        faults.write(self._work)

    def _start(self) -> None:
        self._work.mkdir(parents=True, exist_ok=True)
        kept = {"account": int(self._port.read_text())} if self._port.exists() else {}
        port = ports.assign(("account",), kept)["account"]
        self._port.write_text(str(port))
        log = self._work / "account.log"
        with log.open("wb") as output:
            server = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", _SERVER, str(port)],
                cwd=self._work,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise RehearsalError(f"the emulated AWS account does not start; see {log}")
            time.sleep(_POLL_SECONDS)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", int(self._port.read_text()), timeout=5)
        try:
            connection.request("GET", "/moto-api/data.json")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _running(self) -> list[Process]:
        return [
            found
            for found in processes(lambda command: command.startswith("python"))
            if found.directory == self._work and _SERVER in found.arguments
        ]
