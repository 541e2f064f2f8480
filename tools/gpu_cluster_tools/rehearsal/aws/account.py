"""An emulated AWS account on this machine, and the environment in which engines call it."""

import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gpu_cluster.config.hardware import HardwareSettings
from gpu_cluster_tools.rehearsal.aws import get_token, identity
from gpu_cluster_tools.rehearsal.aws.admin_endpoints import CALLS, GIVEN, LEFTOVERS, MADE, REFUSED
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.eks import endpoint
from gpu_cluster_tools.rehearsal.aws.eks.image_parameters import write_own
from gpu_cluster_tools.rehearsal.aws.faults import Faults
from gpu_cluster_tools.rehearsal.aws.handlers.ec2.capacity_reservations import (
    CapacityReservation,
    write_reservations,
)
from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.control_plane import ports
from gpu_cluster_tools.rehearsal.control_plane.processes import Process, end, processes
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.lock import locked
from gpu_cluster_tools.rehearsal.simulated_nodes.instance_types import write_declared
from gpu_cluster_tools.toolchain.engine import link

_SERVER = "gpu_cluster_tools.rehearsal.aws.account_server"
_PROVIDER = "pulumi-resource-aws"
_CLI = "aws"
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_UNLIMITED = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_START_SECONDS = 120  # of which a quiet machine needs five
_ANSWER_SECONDS = 5
_LIST_SECONDS = 60
_POLL_SECONDS = 0.05


class Account:
    """The account whose files lie in one folder. It lives as long as its server: stopped, it is empty.

    account = Account(project / ".local")
    account.start()
    Engine(project, "dev", account.environment(toolchain.environment())).run("up", "--yes")
    """

    def __init__(self, directory: Path, *, id: str = identity.ACCOUNT, principal: str | None = None) -> None:
        """`id`: 12 digits; `principal`: ARN of the role or user that engines call as."""
        self._id = id
        self.principal = principal or f"arn:aws:iam::{id}:role/rehearsal"
        self._directory = directory.resolve()
        self._work = self._directory / "aws"
        self._port = self._work / "port"
        self._lock = self._directory / "aws.lock"

    @property
    def endpoint(self) -> str:
        """Endpoint of its API. `RehearsalError` if the account has not been started."""
        if not self._port.exists():
            raise RehearsalError("the emulated AWS account was not started")
        return f"http://127.0.0.1:{self._port.read_text()}"

    def start(self) -> bool:
        """Start the server if it does not run. Returns True if the account is new and empty."""
        with locked(self._lock):
            if self._running() and self._answers():
                return False
            end(self._running())
            self._start()
            return True

    def stop(self) -> None:
        """Stop the server; all resources of the account are lost."""
        if not self._directory.exists():
            return
        with locked(self._lock):
            end(self._running())

    def environment(self, inherited: Mapping[str, str], provider: Path) -> dict[str, str]:
        """Environment of an engine whose `provider`, an executable, creates AWS resources in this account."""
        programs = self._work / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        link(provider, programs / _PROVIDER, os.symlink)
        _launcher(programs / _CLI, get_token.__file__)
        search = os.pathsep.join([str(programs), inherited.get("PATH", os.defpath)])
        others = {name: value for name, value in inherited.items() if not name.startswith("AWS_")}
        return others | self._credentials() | {"PATH": search, "AWS_ENDPOINT_URL": self.endpoint}

    def serve_clusters(self, kubeconfig: Path) -> None:
        """Use the API server of this administrator's kubeconfig as the account's cluster."""
        shutil.copyfile(kubeconfig, self._work / endpoint.KUBECONFIG)

    def admit(self, arn: str, policies: Sequence[str] = (), trusted: str | None = None) -> None:
        """Make a role, a user, a policy or a secret that the stack takes to be there.

        `policies`: all rights of a role or user, as documents. Without any the principal of engines may do
        everything, and others may do what the stack lets them. `trusted`: the service that may take a role.
        """
        service, region = arn.split(":")[2:4]
        api = Api(self.endpoint, region or "us-east-1")
        if service == "secretsmanager":
            name = arn.rpartition(":secret:")[2][: -len("-abcdef")]  # which AWS appends to it
            api.call("secretsmanager", "CreateSecret", Name=name, SecretString="emulated")
            return
        kind, _, path = arn.rpartition(":")[2].partition("/")
        home, _, name = f"/{path}".rpartition("/")
        if kind == "policy":  # of which nothing is known but its name: it limits nothing
            api.call("iam", "CreatePolicy", PolicyName=name, Path=f"{home}/", PolicyDocument=_UNLIMITED)
            return
        if kind == "role":
            trust = json.dumps({"Version": "2012-10-17", "Statement": _trust(trusted)})
            api.call("iam", "CreateRole", RoleName=name, Path=f"{home}/", AssumeRolePolicyDocument=trust)
        else:
            api.call("iam", "CreateUser", UserName=name, Path=f"{home}/")
        rights = [_policy(api, f"{name}-rehearsal-{number}", text) for number, text in enumerate(policies)]
        if not rights and arn == self.principal:
            rights = [_ADMINISTRATOR]
        for each in rights:
            if kind == "role":
                api.call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=each)
            else:
                api.call("iam", "AttachUserPolicy", UserName=name, PolicyArn=each)

    def declare(
        self,
        hardware: HardwareSettings,
        images: Mapping[str, str],
        reservations: Iterable[CapacityReservation],
    ) -> None:
        """Write instance types, architectures of images by id, and reservations for the next start."""
        self._work.mkdir(parents=True, exist_ok=True)
        write_declared(hardware, self._work)
        write_own(images, self._work)
        write_reservations(reservations, self._work)

    def calls(self) -> list[RecordedCall]:
        """Allowed calls of engines, without duplicates."""
        recorded = map(RecordedCall.parsed, json.loads(self._get(CALLS, _LIST_SECONDS)))
        return [each for each in recorded if each.principal == self.principal]

    def refusals(self, principal: str) -> list[str]:
        """AWS's messages about calls that IAM denied this role or user, without duplicates."""
        return [words for arn, words in json.loads(self._get(REFUSED, _LIST_SECONDS)) if arn == principal]

    def take_as_given(self) -> None:
        """Register current resources as existing before the stack, so they never count as leftovers."""
        self._get(GIVEN, _LIST_SECONDS)

    def leftovers(self) -> list[tuple[str, str]]:
        """Type and id of all remaining resources, including those that services created for them."""
        return [(type, id) for type, id in json.loads(self._get(LEFTOVERS, _LIST_SECONDS))]

    def made(self) -> list[tuple[str, str]]:
        """Type and id of each remaining resource that engines created."""
        return [(type, id) for type, id in json.loads(self._get(MADE, _LIST_SECONDS))]

    def _get(self, path: str, timeout_seconds: float) -> bytes:
        """Response of the account. `RehearsalError` if it does not answer."""
        port = int(self._port.read_text())
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            if response.status != http.HTTPStatus.OK:
                raise RehearsalError(f"the emulated AWS account answers {response.status} for {path}")
            return response.read()
        except (OSError, http.client.HTTPException) as error:
            raise RehearsalError(f"the emulated AWS account does not answer: {error}") from error
        finally:
            connection.close()

    def _credentials(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": identity.access_key(self.principal),
            "AWS_SECRET_ACCESS_KEY": identity.SECRET,
        }

    def inject(self, faults: Faults) -> None:
        """Replace the current faults by these."""
        faults.write(self._work)

    def _start(self) -> None:
        self._work.mkdir(parents=True, exist_ok=True)
        (self._work / endpoint.KUBECONFIG).unlink(missing_ok=True)
        kept = {"account": int(self._port.read_text())} if self._port.exists() else {}
        port = ports.assign(("account",), kept)["account"]
        self._port.write_text(str(port))
        log = self._work / "account.log"
        with log.open("wb") as output:
            server = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", _SERVER, str(port)],
                cwd=self._work,
                env=os.environ | self._credentials() | {"MOTO_ACCOUNT_ID": self._id},
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
        try:
            self._get("/moto-api/data.json", _ANSWER_SECONDS)
        except RehearsalError:
            return False
        return True

    def _running(self) -> list[Process]:
        return [
            found
            for found in processes(lambda command: command.startswith("python"))
            if found.directory == self._work and _SERVER in found.arguments
        ]


def _trust(service: str | None) -> list[dict[str, Any]]:
    actions = ["sts:AssumeRole", "sts:TagSession"]
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}] if service else []


def _policy(api: Api, name: str, text: str) -> str:
    """ARN of a new managed policy."""
    return api.call("iam", "CreatePolicy", PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]


def _launcher(path: Path, program: str, *arguments: str) -> None:
    """An executable that runs a program of this project on a bare Python."""
    command = shlex.join([sys.executable, "-I", "-S", program, *arguments])
    script = f'#!/bin/sh\nexec {command} "$@"\n'
    if not path.exists() or path.read_text() != script:
        path.write_text(script)
        path.chmod(0o755)
