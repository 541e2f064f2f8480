"""Programs in YAML, TypeScript and Go: the examples of the docs, with SDKs as Pulumi generates them.

The engine runs them against a real API server with simulated nodes, and the real AWS provider against an
emulated account. It needs npm and Node.js for TypeScript, and the registries of npm and of Go.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gpu_cluster_tools.rehearsal.aws import Account
from gpu_cluster_tools.rehearsal.engine.engine import local_state
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import TMPDIR, engine_tmpdir
from gpu_cluster_tools.toolchain import AWS_PROVIDER, ENVOY_GATEWAY_CHARTS, install
from gpu_cluster_tools.toolchain.go import find_go
from gpu_cluster_tools.toolchain.tools import SDK_HOSTS, YAML_HOST
from tests.rehearsal.checkout import PROJECT
from tests.rehearsal.provider_plugins import home_with_providers
from tests.rehearsal.site import site_with_nodes

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ACCOUNT = "123456789012"
LANGUAGES = PROJECT / "tests" / "rehearsal" / "languages"
EXAMPLES = dict(
    re.findall(
        r"^### \w+\n\n```(\w+)\n(.*?)```",
        (PROJECT / "docs/components-in-other-languages.md").read_text(),
        re.DOTALL | re.MULTILINE,
    )
)
"""Programs of the page by language."""

TOKEN = "hf_a_token_in_plain_text"
SDK = "sdks/gpu-cluster"
GO_SDK = "example.com/pulumi-gpu-cluster/sdk/go/gpucluster"

needs_npm = pytest.mark.skipif(
    not (shutil.which("npm") and shutil.which("node")), reason="no npm and Node.js"
)


@dataclass(frozen=True)
class Program:
    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Output of a command, which succeeds."""
        done = self.tried(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *command: str) -> subprocess.CompletedProcess[str]:
        with engine_tmpdir(self.folder) as tmpdir:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment | {TMPDIR: str(tmpdir.path)},
                pass_fds=tmpdir.locks,
                capture_output=True,
                text=True,
                check=False,
            )

    def pulumi(self, *arguments: str) -> str:
        return self.run("pulumi", *arguments, "--stack", "dev", "--non-interactive")

    def up(self) -> dict[str, Any]:
        """Outputs after an update, which a preview finds complete."""
        self.pulumi("up", "--yes", "--skip-preview")
        self.pulumi("preview", "--expect-no-changes")
        return json.loads(self.pulumi("stack", "output", "--json"))

    def resources(self) -> list[dict[str, Any]]:
        return json.loads(self.pulumi("stack", "export"))["deployment"]["resources"]

    def destroy(self) -> None:
        self.pulumi("state", "unprotect", "--all", "--yes")
        self.pulumi("destroy", "--yes", "--skip-preview")

    def state(self) -> str:
        """All files of the state, of earlier updates too."""
        files = (self.folder / ".local").rglob("*")
        return "".join(file.read_text() for file in files if file.is_file())


@dataclass(frozen=True)
class Workplace:
    folder: Path
    kubeconfig: Path
    environment: dict[str, str]

    def program(self, name: str, runtime: str, files: dict[str, str], sdk: str | None = None) -> Program:
        """A program with its stack `dev` and its settings; `sdk`: the language of the one that it uses."""
        folder = self.folder / name
        folder.mkdir()
        program = Program(folder, self.environment | local_state(folder))
        project = f"name: {name}\nruntime: {runtime}\npackages:\n  gpu-cluster: ../plugin\n"
        for path, text in {"Pulumi.yaml": project, **files}.items():
            (folder / path).write_text(text)
        if sdk:
            program.run(
                "pulumi", "package", "gen-sdk", "../plugin", "--language", sdk, "--local", "--out", "."
            )
            (folder / "sdks").mkdir()
            (folder / sdk).rename(folder / SDK)
        program.pulumi("stack", "init")
        settings = {
            "aws:region": "eu-central-1",
            "kubeconfig": str(self.kubeconfig),
            "imagesKey": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1",
        }
        for key, value in settings.items():
            program.pulumi("config", "set", key, value)
        program.pulumi("config", "set", "--secret", "hubToken", TOKEN)
        return program


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    folder = tmp_path_factory.mktemp("languages")
    toolchain = install(also=[AWS_PROVIDER, ENVOY_GATEWAY_CHARTS, SDK_HOSTS, YAML_HOST])
    programs = folder / "bin"
    programs.mkdir()
    hosts = {"nodejs": SDK_HOSTS, "go": SDK_HOSTS, "yaml": YAML_HOST}
    for language, tool in hosts.items():
        (programs / f"pulumi-language-{language}").symlink_to(toolchain.path(tool.name))
    shutil.copytree(PROJECT / "components", folder / "plugin", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "plugin/.venv").symlink_to(PROJECT / ".venv")
    (folder / "charts").mkdir()
    subprocess.run([toolchain.path(ENVOY_GATEWAY_CHARTS.name), folder / "charts"], check=True)
    account = Account(folder / "account", id=ACCOUNT, principal=f"arn:aws:iam::{ACCOUNT}:role/rehearsal")
    account.start()
    try:
        account.admit(account.principal)
        with site_with_nodes(folder / "cluster", site()) as cluster:
            environment = (
                toolchain.environment() | home_with_providers(folder, toolchain) | go_settings(folder)
            )
            first = [str(programs), str(find_go(folder).executable.parent)]
            environment |= {"PATH": os.pathsep.join([*first, environment["PATH"]])}
            environment = account.environment(environment, toolchain.path(AWS_PROVIDER.name))
            yield Workplace(folder, cluster / "kubeconfig", environment)
    finally:
        account.stop()
        shutil.rmtree(folder / "go-caches", ignore_errors=True)


def site() -> str:
    """Stack file with the nodes of the example."""
    program: Any = YAML(typ="safe", pure=True).load(EXAMPLES["yaml"])  # pyright: ignore[reportUnknownMemberType]
    sections = program["resources"]["platform"]["properties"]["stack"]
    sections["cluster"]["kubeconfig"] = "kubeconfig"
    shown = {f"gpu-cluster:{key}": value for key, value in sections.items() if key != "serving"}
    return json.dumps({"config": shown})


def go_settings(folder: Path) -> dict[str, str]:
    """Settings of Go with its caches in the folder."""
    (folder / "go-temporary").mkdir()
    environment = find_go(folder / "go-caches").environment(temporary=folder / "go-temporary")
    return {name: value for name, value in environment.items() if name.startswith(("GO", "CGO_"))}


def example(language: str) -> str:
    """A program of the page, with a repository that no other creates: each stays after a destroy."""
    return EXAMPLES[language].replace("vision/api", f"vision/{language}")


def proven(program: Program, language: str) -> None:
    """The update of an example has its outputs, and its secret is nowhere in the state."""
    outputs = program.up()
    assert outputs["repository"] == f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/vision/{language}"
    assert outputs["models"]["chat"]["url"] == "http://chat.serving.svc.cluster.local:8000/v1"
    assert TOKEN not in program.state()
    [platform] = [it for it in program.resources() if it["type"] == "gpu-cluster:index:Platform"]
    assert any(urn.endswith("EcrRegistry::registry") for urn in platform["dependencies"])
    program.destroy()


def test_there_is_an_example_of_each_language() -> None:
    assert set(EXAMPLES) == {"yaml", "typescript", "go"}


def test_yaml(workplace: Workplace) -> None:
    text = (
        example("yaml")
        .replace("./gpu-cluster/components", "../plugin")
        .replace("name: platform", "name: yaml")
    )
    proven(workplace.program("yaml", "yaml", {"Pulumi.yaml": text}), "yaml")


def test_go(workplace: Workplace) -> None:
    pins = {name: (LANGUAGES / "go" / name).read_text() for name in ("go.mod", "go.sum")}
    program = workplace.program("go", "go", {**pins, "main.go": example("go")}, sdk="go")

    program.run("go", "vet", ".", GO_SDK)
    proven(program, "go")


@needs_npm
def test_typescript(workplace: Workplace) -> None:
    program = typescript(workplace, "typescript", example("typescript"))
    proven(program, "typescript")


@needs_npm
def test_options_and_live_values_reach_the_resources_of_components(workplace: Workplace) -> None:
    """A network, a control plane and node groups, each of another component; then one is renamed."""
    text = (LANGUAGES / "typescript/network.ts").read_text()
    program = typescript(workplace, "network", text)

    assert set(program.up()["groups"]) == {"system", "l4"}

    found = program.resources()
    of_aws = [it for it in found if it["type"].startswith("aws:")]
    assert {it["provider"].split("::")[3] for it in of_aws} == {"account"}
    assert len(of_aws) > 50
    [nodes] = [it for it in found if it["type"] == "gpu-cluster:index:NodeGroups"]
    assert nodes["parent"].endswith("example:index:Group::group")
    [cluster] = [it for it in found if it["type"] == "gpu-cluster:index:EksCluster"]
    assert any(urn.endswith("EcrRegistry::registry") for urn in cluster["dependencies"])

    renamed = text.replace('new EcrRegistry("registry"', 'new EcrRegistry("images"')
    renamed = renamed.replace("}, options);", '}, { ...options, aliases: [{ name: "registry" }] });', 1)
    (program.folder / "index.ts").write_text(renamed)
    program.pulumi("preview", "--expect-no-changes")
    program.destroy()


def typescript(workplace: Workplace, name: str, text: str) -> Program:
    """A program with its packages installed, whose strict compilation and that of the SDK find nothing."""
    sources = ("package.json", "package-lock.json", "tsconfig.json")
    pins = {it: (LANGUAGES / "typescript" / it).read_text() for it in sources}
    program = workplace.program(name, "nodejs", {**pins, "index.ts": text}, sdk="nodejs")
    program.run("npm", "install", "--no-audit", "--no-fund")
    program.run("npx", "tsc", "-p", SDK)
    program.run("npx", "tsc", "-p", ".")
    return program


def test_device_plugins_are_in_the_cluster_of_the_given_provider(workplace: Workplace) -> None:
    program = workplace.program("devices", "yaml", {"Pulumi.yaml": yaml_program("plugin")})

    program.up()

    objects = [it for it in program.resources() if it["type"].startswith("kubernetes:")]
    assert {it["provider"].split("::")[3] for it in objects} == {"cluster"}
    assert "kubernetes:apps/v1:DaemonSet" in {it["type"] for it in objects}
    program.destroy()


def test_passwords_and_keys_are_secret_also_in_plain_text(workplace: Workplace) -> None:
    text = yaml_program("secrets").replace("CHARTS", str(workplace.folder / "charts"))
    program = workplace.program("secrets", "yaml", {"Pulumi.yaml": text})

    shown = program.pulumi("preview", "--json")

    steps = json.loads(shown[shown.index("{") :])["steps"]
    secrets = [it["newState"] for it in steps if it["newState"]["type"] == "kubernetes:core/v1:Secret"]
    assert {it["inputs"]["metadata"]["name"] for it in secrets} == {"registry-login", "gateway-keys"}
    assert {it["inputs"]["data"] for it in secrets} == {"[secret]"}
    assert TOKEN not in shown
    assert "key-in-the-program" not in shown


def test_wrong_values_are_told_by_key_without_a_traceback(workplace: Workplace) -> None:
    program = workplace.program("wrong", "yaml", {"Pulumi.yaml": yaml_program("wrong")})

    done = program.tried("pulumi", "preview", "--stack", "dev", "--non-interactive")

    told = done.stdout + done.stderr
    assert done.returncode != 0
    for key in ("stack.cluster.kubeconfig", "stack.serving.models.chat.model"):
        assert re.search(rf"property {key} .*must be known before the update and no secret", told)
    assert "Traceback" not in told
    assert ".py" not in told
    assert TOKEN not in told


def yaml_program(name: str) -> str:
    return (LANGUAGES / f"yaml/{name}.yaml").read_text()
