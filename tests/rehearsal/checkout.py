"""A separate checkout for a test: the project's program, its local stack, a control plane and state."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal import (
    KubernetesClient,
    LocalControlPlane,
    PulumiEngine,
    copy_project,
    local_state,
    reconcile,
)
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import shell_variables
from gpu_cluster_tools.toolchain import install
from gpu_cluster_tools.toolchain.engine import pulumi_home

PROJECT = Path(__file__).parents[2]
GPU_CLUSTER = Path(sys.executable).parent / "gpu-cluster"


@dataclass(frozen=True)
class Checkout:
    folder: Path

    @classmethod
    def of_local_stack(cls, folder: Path) -> "Checkout":
        return cls(
            copy_project(PROJECT, folder, {"local": (PROJECT / "stacks" / "Pulumi.local.yaml").read_text()})
        )

    @property
    def stack_file(self) -> Path:
        return self.folder / "stacks" / "Pulumi.local.yaml"

    def edit(self, old: str, new: str) -> None:
        text = self.stack_file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the stack file"
        self.stack_file.write_text(text.replace(old, new))

    def gpu_cluster(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this checkout."""
        return run_gpu_cluster(self.folder, *arguments)

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the engine on the local stack."""
        return _run(
            ["pulumi", *arguments, "--stack", "local", "--non-interactive", "--color", "never"],
            self.folder,
            self.shell_environment,
        )

    @property
    def engine(self) -> PulumiEngine:
        return PulumiEngine(self.folder, "local", install().environment() | local_state(self.folder))

    @property
    def shell_environment(self) -> dict[str, str]:
        """Variables that `gpu-cluster env` sets for the engine itself."""
        return {**self.engine.environment, **shell_variables(self.folder)}

    def start_control_plane(self) -> None:
        """Start the control plane with the nodes of the stack's pools, and no platform."""
        control_plane = LocalControlPlane(self.folder / ".local", install(), services=True)
        control_plane.start()
        reconcile(self.cluster, pools_of(load(self.stack_file)))

    @property
    def cluster(self) -> KubernetesClient:
        return KubernetesClient(self.folder / ".local" / "kubeconfig")

    @property
    def api(self) -> DynamicClient:
        return DynamicClient(self.folder / ".local" / "kubeconfig")

    @property
    def authority(self) -> str:
        """Certificate in its kubeconfigs, which identifies copies of them."""
        [cluster] = json.loads((self.folder / ".local" / "kubeconfig").read_text())["clusters"]
        return cluster["cluster"]["certificate-authority-data"]

    def left_elsewhere(self, authority: str) -> list[Path]:
        """Temporary kubeconfigs of its cluster, links into its folder, and its selected stack."""
        temporary = Path(gettempdir())
        kubeconfigs = [it for it in temporary.glob("kubeconfig*") if authority in it.read_text()]
        folder = self.folder.resolve()
        links = (it for it in temporary.glob("gpu-cluster-*") if it.resolve().is_relative_to(folder))
        return [*kubeconfigs, *links, *self._selections()]

    def _selections(self) -> list[Path]:
        """Files in which the engine keeps the selected stack of a project, by the digest of its path."""
        digest = sha1(str(self.folder / "Pulumi.yaml").encode(), usedforsecurity=False).hexdigest()
        return list((pulumi_home() / "workspaces").glob(f"*-{digest}-*"))

    def state(self) -> list[dict[str, Any]]:
        """Resources in the state of the engine."""
        deployment = json.loads(self.engine.output("stack", "export", "--stack", "local"))["deployment"]
        return deployment.get("resources", [])


def run_gpu_cluster(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run with simulated nodes only: tests of real ones are in tests/real_node."""
    return _run([GPU_CLUSTER, *arguments], folder, {"REAL_NODE": "no"} | os.environ)


def _run(command: list[Any], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
