"""A real control plane on this machine, with kwok in place of kubelets."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane import (
    component_options,
    health,
    host_path_volumes,
    kubeconfig,
    node_leases,
    ports,
    safe_path,
    service_proxy,
    webhook,
)
from gpu_cluster_tools.rehearsal.control_plane.component_options import CLUSTER, COMPONENTS, PORTS, ports_of
from gpu_cluster_tools.rehearsal.control_plane.log_tail import tail
from gpu_cluster_tools.rehearsal.control_plane.processes import Process, end, processes
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.lock import locked
from gpu_cluster_tools.toolchain import Toolchain

_ATTEMPTS = 3
_START_SECONDS = 120
_POLL_SECONDS = 0.05
_GRACE_SECONDS = 3  # without etcd the API server would wait for a minute, and etcd loses nothing when killed


@dataclass(frozen=True, slots=True)
class ControlPlaneStatus:
    """Running components."""

    running: tuple[str, ...]
    """Components with a living process."""

    missing: tuple[str, ...]
    """Components without one."""

    ready: bool
    """True if all components run and respond."""


class LocalControlPlane:
    """Local cluster whose state is in one folder.

    LocalControlPlane(project / ".local", install()).start()
    # project/.local/kubeconfig now leads to a cluster without nodes
    """

    kubeconfig: Path

    def __init__(
        self, directory: Path, toolchain: Toolchain, *, account: str | None = None, services: bool = False
    ) -> None:
        """`account` is the endpoint of the AWS account that authenticates and authorizes tokens.

        `services`: the API server reaches webhook Services through the proxy in `egress`.
        """
        self._services = services
        self._account = account
        self._directory = directory.resolve()
        self._toolchain = toolchain
        self._work = self._directory / "control-plane"
        self._cluster = self._work / "clusters" / CLUSTER
        self._data = self._work / "etcd"
        self._started = self._work / "started.yaml"  # the configuration of the last start that succeeded
        self._pki = self._cluster / "pki"
        self._logs = self._cluster / "logs"
        self._lock = self._directory / "control-plane.lock"
        self.kubeconfig = self._directory / "kubeconfig"

    def start(self) -> bool:
        """Start the control plane from any state, with its stored data and its former ports.

        Returns True if it is new and empty. `RehearsalError` if it cannot be started.
        """
        with locked(self._lock):
            new = not self._started.exists()
            if not self._ready():
                self._start()
            kubeconfig.write(self.kubeconfig, name=CLUSTER, port=self.port, pki=self._pki)
            return new

    @property
    def port(self) -> int:
        """Port of the API server, once it was started."""
        return ports_of(component_options.read(self._started))["kubeApiserverPort"]

    @property
    def authority(self) -> Path:
        """Certificate of the authority that signs for the API server and for its clients."""
        return self._pki / "ca.crt"

    def admit(self, path: Path, *, user: str, group: str) -> None:
        """Write a kubeconfig that signs in as this user of this group. It has to run."""
        kubeconfig.write_for(path, name=CLUSTER, port=self.port, pki=self._pki, user=user, group=group)

    def stop(self) -> None:
        """End its processes and keep its data."""
        if not self._directory.exists():
            return
        with locked(self._lock):
            self._end()

    def remove(self) -> None:
        """End its processes and delete every file of it."""
        if not self._directory.exists():
            return
        with locked(self._lock):
            self._end()
            volumes = host_path_volumes.volumes_in(self._data)
            shutil.rmtree(self._work, ignore_errors=True)
            safe_path.unlink(self._work)
            self.kubeconfig.unlink(missing_ok=True)
            host_path_volumes.remove(volumes)
            self._lock.unlink()

    def status(self) -> ControlPlaneStatus:
        running = self._running()
        return ControlPlaneStatus(
            running=tuple(name for name in COMPONENTS if name in running),
            missing=tuple(name for name in COMPONENTS if name not in running),
            ready=self._ready(),
        )

    def _start(self) -> None:
        failure = ""
        for _ in range(_ATTEMPTS):
            self._end()  # the state of a partial control plane is unknown
            if not self._started.exists():
                shutil.rmtree(self._work, ignore_errors=True)  # killed before it ever ran
            settings = self._configuration(
                ports.assign(PORTS, ports_of(component_options.read(self._started)))
            )
            failure = self._run(settings)
            if not failure:
                return
        self._end()
        raise RehearsalError(
            f"the local control plane does not start: {failure}\n"
            f"Its logs are in {self._logs}; `make down` removes it, `make up` creates a new one."
        )

    def _run(self, settings: list[dict[str, Any]]) -> str:
        """Start everything and wait until it is ready; returns an error message, or an empty one."""
        shutil.rmtree(self._cluster / "pids", ignore_errors=True)
        (self._cluster / "kwok.yaml").unlink(missing_ok=True)
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        starting = self._work / "starting.yaml"
        component_options.write(starting, settings)
        safe_path.link(self._work)
        if self._account:
            webhook.write(self._webhooks(self._account), self._account)
        if self._services:
            service_proxy.write(self.egress)
        work = safe_path.safe_path(self._work)
        log = self._work / "kwokctl.log"
        with log.open("wb") as output:
            kwokctl = subprocess.Popen(  # noqa: S603
                [
                    *(self._toolchain.path("kwokctl"), "create", "cluster", "--name", CLUSTER),
                    *("--config", work / starting.name, "--kubeconfig", ""),
                ],
                cwd=self._work,
                env={"HOME": str(work), "PATH": os.defpath, "KWOK_WORKDIR": str(work)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            failure = self._wait(kwokctl, log, ports_of(settings))
        finally:
            kwokctl.kill()
            kwokctl.wait()
        if not failure:
            starting.replace(self._started)
        return failure

    def _wait(self, kwokctl: subprocess.Popen[bytes], log: Path, port: dict[str, int]) -> str:
        """Wait until everything is ready; returns an error message, or an empty one."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            ended = kwokctl.poll()
            begun = {file.stem for file in (self._cluster / "pids").glob("*.pid")}
            running = self._running()
            if dead := [name for name in COMPONENTS if name in begun - running]:
                return f"{dead[0]} ended.\n{tail(self._logs / f'{dead[0]}.log')}"
            if ended:
                return f"kwokctl ended with exit code {ended}.\n{tail(log)}"
            if running == set(COMPONENTS) and health.ready(port, self._pki):
                return ""
            time.sleep(_POLL_SECONDS)
        return f"it does not answer after {_START_SECONDS} s.\n{tail(self._logs / 'kube-apiserver.log')}"

    def _ready(self) -> bool:
        settings = component_options.read(self._started)
        port = ports_of(settings)
        return (
            bool(settings)
            and self._running() == set(COMPONENTS)
            and settings == self._configuration(port)
            and health.ready(port, self._pki)
        )

    def _configuration(self, port: dict[str, int]) -> list[dict[str, Any]]:
        data = safe_path.safe_path(self._work) / self._data.name
        arguments: dict[str, str] = {}
        if self._account:
            arguments |= webhook.arguments(self._webhooks(self._account))
        if self._services:
            arguments |= service_proxy.arguments(self.egress)
        pki = safe_path.safe_path(self._work) / self._pki.relative_to(self._work)
        return component_options.configuration(self._toolchain, port, data, arguments, pki=pki)

    @property
    def egress(self) -> Path:
        """Folder of the proxy to Services."""
        return safe_path.safe_path(self._work) / "egress"

    def _webhooks(self, account: str) -> Path:
        """The folder of the webhooks' configuration, by port: the API server reads it once."""
        return safe_path.safe_path(self._work) / f"webhooks-{account.rpartition(':')[2]}"

    def _running(self) -> set[str]:
        return {process.command for process in self._processes()}

    def _processes(self) -> list[Process]:
        return [found for found in processes(COMPONENTS.__contains__) if found.directory == self._cluster]

    def _end(self) -> None:
        """End its processes, each before those that it needs."""
        end(found for found in processes("kwokctl".__eq__) if found.directory == self._work)
        doomed = self._processes()
        for name in reversed(COMPONENTS):
            end((process for process in doomed if process.command == name), grace_seconds=_GRACE_SECONDS)
            if name == COMPONENTS[-1] and self._started.exists():
                node_leases.release(self.port, self._pki)
