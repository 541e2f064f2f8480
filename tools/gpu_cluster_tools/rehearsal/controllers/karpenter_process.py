"""The Karpenter controller, as a process of this machine beside the one pod of it that counts."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from lightkube import KubeConfig

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.aws.api import Api
from gpu_cluster_tools.rehearsal.aws.pod_identity_agent import AUDIENCE, CREDENTIALS
from gpu_cluster_tools.rehearsal.aws.pod_role import role_of
from gpu_cluster_tools.rehearsal.control_plane import ports
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object
from gpu_cluster_tools.rehearsal.controllers.pod_environment import environment_of
from gpu_cluster_tools.rehearsal.errors import RehearsalError

_PODS = "/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Dkarpenter"
_CONTAINER = "controller"
_PORTS = ("METRICS_PORT", "HEALTH_PROBE_PORT")
_TOKEN_SECONDS = 24 * 60 * 60
_RESTART_SECONDS = 3  # of a kubelet 10 s and more
_MOST_STARTS = 10
_LAST_WORDS = 3
_GRACE_SECONDS = 10


@dataclass
class KarpenterProcess:
    """Runs while the chart's Deployment has a pod that runs, with the environment of its container.

    with KarpenterProcess(executable, folder, control_plane.kubeconfig, account, aws) as it:
        it.attend()  # over and over
    it.require_all_well()
    """

    executable: Path
    folder: Path
    """Its working directory, with the credentials of the pod and its log."""

    kubeconfig: Path
    """Kubeconfig of an administrator, used in place of the kubelet."""

    account: Account
    aws: Api
    """The same in the region of the cluster."""

    _process: subprocess.Popen[bytes] | None = None
    _pod: str = ""
    """UID of the pod that the process represents."""

    _starts: list[float] = field(default_factory=list[float])
    _refused: dict[str, None] = field(default_factory=dict[str, None])
    _wrong: str = ""

    def __enter__(self) -> "KarpenterProcess":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def log(self) -> Path:
        return self.folder / "karpenter.log"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def refused(self) -> list[str]:
        """Calls that AWS refuses its role while it is needed, in AWS's words."""
        return list(self._refused)

    def attend(self) -> None:
        """Start it if one of its pods runs, and end it if none does."""
        pods = [pod for pod in DynamicClient(self.kubeconfig).items(_PODS) if _runs(pod)]
        pod = next((it for it in pods if it["metadata"]["uid"] == self._pod), pods[0] if pods else None)
        if pod is None or pod["metadata"]["uid"] != self._pod:
            self._end()
        if pod is None:
            return
        if role := self._role(pod):
            self._refused |= dict.fromkeys(self.account.refusals(role))
        if not self.is_running and not self._wrong and self._may_start():
            self._start(pod)

    def require_all_well(self) -> None:
        """`RehearsalError` with all calls that AWS denied to Karpenter, and with repeated exits."""
        told = [f"Karpenter: {words}" for words in self._refused]
        if self._wrong:
            told.append(self._wrong)
        if told:
            raise RehearsalError("\n".join(told))

    def _role(self, pod: Object) -> str | None:
        found = role_of(self.aws, pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"])
        return found[1] if found else None

    def _may_start(self) -> bool:
        """True if a kubelet would start it now; too many starts are an error."""
        if len(self._starts) == _MOST_STARTS:
            self._wrong = f"Karpenter exited {_MOST_STARTS} times, last with:\n{_last_words(self.log)}"
            return False
        return not self._starts or time.monotonic() - self._starts[-1] > _RESTART_SECONDS

    def _start(self, pod: Object) -> None:
        """Command of the pod's container, with free ports of this machine."""
        container = next(each for each in pod["spec"]["containers"] if each["name"] == _CONTAINER)
        self.folder.mkdir(parents=True, exist_ok=True)
        free = {name: str(port) for name, port in ports.assign(_PORTS, {}).items()}
        own = environment_of(pod, container) | free | self._identity(pod)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [self.executable, *container.get("args", [])],
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder)} | own,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._pod = pod["metadata"]["uid"]
        self._starts.append(time.monotonic())

    def _identity(self, pod: Object) -> dict[str, str]:
        """Variables that cluster and EKS put into each pod, and where the account of this machine is.

        Source: github.com/aws/amazon-eks-pod-identity-webhook, README, 2026-11-29.
        """
        config = KubeConfig.from_file(self.kubeconfig).get()
        assert config  # noqa: S101  # it was written by the control plane
        cluster = {
            "server": config.cluster.server,
            "certificate-authority-data": config.cluster.certificate_auth_data,
        }
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "pod", "user": {"token": self._token(pod)}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "pod"}}],
            "current-context": "here",
        }
        kubeconfig = self._secret("kubeconfig", json.dumps(document))
        token = self._secret("eks-pod-identity-token", self._token(pod, AUDIENCE))
        return {
            "KUBECONFIG": str(kubeconfig),
            "LEADER_ELECTION_NAMESPACE": pod["metadata"]["namespace"],
            "AWS_REGION": self.aws.region,
            "AWS_DEFAULT_REGION": self.aws.region,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.account.endpoint}{CREDENTIALS}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
            "AWS_ENDPOINT_URL": self.account.endpoint,
        }

    def _token(self, pod: Object, *audiences: str) -> str:
        """A token of the pod's service account, which ends with the pod."""
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        asked = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {
                "audiences": list(audiences),
                "expirationSeconds": _TOKEN_SECONDS,
                "boundObjectRef": bound,
            },
        }
        account = f"{meta['namespace']}/serviceaccounts/{pod['spec']['serviceAccountName']}"
        made = DynamicClient(self.kubeconfig).create(f"/api/v1/namespaces/{account}/token", asked)
        return made["status"]["token"]

    def _secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        return path

    def _end(self) -> None:
        """SIGTERM lets it release its lease for the next process."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process, self._pod = None, ""
        self._starts.clear()


def _runs(pod: Object) -> bool:
    conditions = pod["status"].get("conditions", [])
    ready = any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LAST_WORDS:]
    return "\n".join(f"  {line[:400]}" for line in lines)
