"""The offline guide, command by command: kubelets pull from a registry that requires a login."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import pytest

from gpu_cluster_tools.rehearsal import copy_project
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.toolchain import install, provide
from gpu_cluster_tools.toolchain.image_programs import CRANE
from gpu_cluster_tools.toolchain.real_node import REAL_NODE
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.platform import wait
from tests.real_node.servers import Servers, library, publish, published, servers
from tests.rehearsal.checkout import PROJECT
from tests.rehearsal.oci_registry import PASSWORD, USER, Names, OciRegistry, registry
from tests.rehearsal.pod_readiness import is_ready

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

GUIDE = PROJECT / "docs/guides/air-gapped.md"
SECTION = "## From empty servers to an answered request\n"
MIRROR = "harbor.example.com"
PUBLISHERS = ("nvcr.io", "index.docker.io", "registry.k8s.io")
PODS = "/api/v1/namespaces/serving/pods"
NEEDS_KUBECTL = "kubectl "
"""Start of the only command that does not run: there is no kubectl, and the test opens the port."""


@dataclass
class Site:
    """Environment that the guide assumes, and a shell on the machine that deploys."""

    folder: Path
    environment: dict[str, str]
    mirror: OciRegistry
    asked: Names
    """Names that nodes looked up."""

    servers: Servers

    @property
    def api(self) -> DynamicClient:
        return DynamicClient(self.servers.kubeconfig)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @contextmanager
    def updating(self) -> Generator[None]:
        """`gpu-cluster up`, interrupted at the end."""
        command = ["gpu-cluster", "up", "site"]
        with (self.folder / "up.log").open("w") as log:
            up = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            yield
        finally:
            os.killpg(up.pid, signal.SIGINT)
            up.wait(120)

    def reasons(self) -> list[str]:
        """Reasons of unready pods in `gpu-cluster status`."""
        status = self.run("gpu-cluster status site --json")
        assert status.returncode == 0, status.stderr
        return [it["reason"] for it in json.loads(status.stdout)["models"]["chat"] if it["reason"]]


def section() -> str:
    return GUIDE.read_text().partition(SECTION)[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", section(), re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    return [line.strip() for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack file of the guide with paths of this test, its servers, and images at their publishers."""
    root = Path(tmp_path_factory.mktemp("site"))
    toolchain = install(also=REAL_NODE)
    weights = root / "models" / "Qwen" / "Qwen3-8B"
    weights.mkdir(parents=True)
    (weights / "config.json").write_text("{}")
    [shown] = blocks("yaml")
    stack = re.sub("^ ", "", shown, flags=re.MULTILINE).replace("/srv/models", str(root / "models"))
    stack = stack.replace("~/.kube/config", str(root / "cluster" / "kubeconfig"))
    project = copy_project(PROJECT, root / "project", {"site": f"config:\n{stack}"})
    with ExitStack() as running:
        internet = running.enter_context(registry(root / "internet", PUBLISHERS, login=False))
        mirror = running.enter_context(registry(root / "mirror", [MIRROR], login=True))
        trusted = root / "trusted.crt"
        trusted.write_bytes(internet.authority.read_bytes() + mirror.authority.read_bytes())
        ports = {f"{host}:443": internet.port for host in PUBLISHERS} | {f"{MIRROR}:443": mirror.port}
        proxy = running.enter_context(Names(ports).served(create_server(("127.0.0.1", 0))))
        environment = toolchain.environment() | {
            "HTTPS_PROXY": proxy,
            "SSL_CERT_FILE": str(trusted),
            "DOCKER_CONFIG": str(root / "docker"),
            "PULUMI_BACKEND_URL": (root / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "of the user",
            "PYTHONPATH": str(root / "library"),
            "MIRROR_PASSWORD": PASSWORD,
        }
        (root / "state").mkdir()
        programs = [str(Path(sys.executable).parent), str(provide(CRANE).parent), environment["PATH"]]
        environment["PATH"] = os.pathsep.join(programs)
        digests = {
            image: publish(local, root, environment, image.named) for image, local in published().items()
        }
        library(root / "library", digests)
        asked = Names({f"{MIRROR}:443": mirror.port})
        file = project / "stacks" / "Pulumi.site.yaml"
        cluster = running.enter_context(
            servers(root / "cluster", toolchain, file, ["chat"], asked, mirror.authority)
        )
        yield Site(project, environment, mirror, asked, cluster)


def test_commands_of_the_guide_end_with_an_answer_of_the_model(site: Site) -> None:
    """Every command succeeds, in the order of the page."""
    answer, port = "", 0
    for command in commands():
        if command.startswith(NEEDS_KUBECTL):
            port = site.servers.nodes.lead_to(site.servers.kubeconfig, "serving")["chat"]
            continue
        if command.startswith("curl "):
            command = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
            wait(lambda it=command: site.run(it).returncode == 0)
        done = site.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        answer = done.stdout
    assert "You said: Hello" in answer
    assert len(commands()) > 10


def test_kubelets_pull_every_image_with_the_login(site: Site) -> None:
    """The registry log names the user; nodes looked up no other name."""
    pulled = set(
        re.findall(
            rf'auth.user.name={USER} .*http.request.uri="/v2/(\S+)/manifests/\S+".*containerd/',
            site.mirror.log,
        )
    )
    assert pulled == {
        "mirror/docker.io/vllm/vllm-openai",
        "mirror/nvcr.io/nvidia/k8s-device-plugin",
    }
    assert set(site.asked.asked) == {f"{MIRROR}:443"}
    pods = [it for it in site.api.items("/api/v1/pods") if "@sha256:" in it["spec"]["containers"][0]["image"]]
    assert len(pods) == 4  # two servers and two device plugins
    for pod in pods:
        assert pod["spec"]["imagePullSecrets"] == [{"name": "registry-login"}]
        assert is_ready(pod)


def test_wrong_password_is_reported_and_the_right_one_repairs_it(site: Site) -> None:
    """Uses another release whose image no node has yet."""
    login = "pulumi config set --path --secret gpu-cluster:registry.login.password"
    image = f"{MIRROR}/mirror/docker.io/vllm/vllm-openai:0.25.1"
    copied = site.run(f"crane copy docker.io/vllm/vllm-openai:v0.26.0 {image} && echo wrong | {login}")
    assert copied.returncode == 0, copied.stderr
    file = site.folder / "stacks" / "Pulumi.site.yaml"
    text = file.read_text()
    file.write_text(text.replace("store: weights}", "store: weights, version: 0.25.1}"))
    assert file.read_text() != text

    with site.updating():
        reason = wait(lambda: [it for it in site.reasons() if it.startswith("cannot pull")])[0]

    assert reason.startswith(f"cannot pull {image}: {MIRROR} rejects the login; hint: user and password of")
    assert '" 401 ' in site.mirror.log
    assert reason in (site.folder / "up.log").read_text()  # the update ends with it

    up = site.run(f'echo "$MIRROR_PASSWORD" | {login} && gpu-cluster up site')
    assert up.returncode == 0, up.stdout[-4000:] + up.stderr[-4000:]
    wait(lambda: site.reasons() == [])
    status = site.run("gpu-cluster status site").stdout
    assert re.search(r"chat +2/2 ", status), status
