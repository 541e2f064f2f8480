"""The real LeaderWorkerSet controller, in place of the container that kwok plays."""

import base64
import json
import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import httpx2

from gpu_cluster_tools.rehearsal.control_plane import service_proxy
from gpu_cluster_tools.rehearsal.control_plane.control_plane import LocalControlPlane
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.control_plane.ports import assign
from gpu_cluster_tools.rehearsal.controllers.background_loops import background_loops

_NAMESPACE, _ACCOUNT = "lws-system", "lws-controller"
_SERVICE = f"/api/v1/namespaces/{_NAMESPACE}/services/lws-webhook-service"
_SECRET = f"/api/v1/namespaces/{_NAMESPACE}/secrets/lws-webhook-server-cert"
_END_SECONDS = 10


@contextmanager
def lws_controller(control_plane: LocalControlPlane, executable: Path, folder: Path) -> Generator[None]:
    """Run it at the address of its Service, with the permissions of its ServiceAccount and its own
    certificate.

    The API server reaches its webhooks by their Service. `folder`: for its files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = assign(("webhooks",), {})["webhooks"]
    run = _Run(DynamicClient(control_plane.kubeconfig), control_plane, executable, folder, port)
    with service_proxy.services(control_plane.egress, run.routes), background_loops(run.keep):
        try:
            yield
        finally:
            run.end()


@dataclass
class _Run:
    api: DynamicClient
    control_plane: LocalControlPlane
    executable: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    _over: bool = field(default=False)

    def keep(self) -> None:
        """Run it while its Service exists, with the Secret that it mounts, as kubelets would."""
        if self._over or self._get(_SERVICE) is None:
            self._stop()
            return
        self._mount()
        if self.process is None or self.process.poll() is not None:
            self._start()

    def routes(self) -> Mapping[str, int]:
        service = self._get(_SERVICE)
        return {service["spec"]["clusterIP"]: self.port} if service else {}

    def end(self) -> None:
        self._over = True
        self._stop()

    def _start(self) -> None:
        kubeconfig, config = self.folder / "kubeconfig", self.folder / "config.json"
        user = f"system:serviceaccount:{_NAMESPACE}:{_ACCOUNT}"
        self.control_plane.admit(kubeconfig, user=user, group=f"system:serviceaccounts:{_NAMESPACE}")
        config.write_text(json.dumps(self._config(), indent=2))
        with (self.folder / "controller.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [self.executable, f"--config={config}", f"--kubeconfig={kubeconfig}", "--zap-log-level=2"],
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _config(self) -> Object:
        """The configuration of the platform, on loopback, without the lease that a restart would wait for."""
        return {
            "apiVersion": "config.lws.x-k8s.io/v1alpha1",
            "kind": "Configuration",
            "leaderElection": {"leaderElect": False},
            "internalCertManagement": {"enable": True},
            "webhook": {"host": "127.0.0.1", "port": self.port, "certDir": str(self.folder / "certificates")},
            "health": {"healthProbeBindAddress": "0"},
            "metrics": {"bindAddress": "0"},
        }

    def _mount(self) -> None:
        secret = self._get(_SECRET) or {}
        data: Mapping[str, str] = secret.get("data") or {}
        certificates = self.folder / "certificates"
        certificates.mkdir(exist_ok=True)
        for name, content in data.items():
            path, wanted = certificates / name, base64.b64decode(content)
            if not path.exists() or path.read_bytes() != wanted:
                path.write_bytes(wanted)

    def _stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _get(self, path: str) -> Object | None:
        try:
            return self.api.get(path)
        except httpx2.HTTPStatusError as error:
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise
            return None
