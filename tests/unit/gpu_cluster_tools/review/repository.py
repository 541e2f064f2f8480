"""A git repository with stack files, for tests."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

CODE = Path(__file__).parents[4]
PACKAGES = ("components", "policies", "tools")

SITE = """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: ~/.kube/site.yaml}
  gpu-cluster:pools:
    box:
      machine: {cpus: 16, memory: 64Gi, gpu: L4, gpus: 1}
      nodes: 2
      labels: {kubernetes.io/hostname: box}
  gpu-cluster:storage:
    disk: {kind: local-path, default: true}
  gpu-cluster:serving:
    models:
      search:
        model: Qwen/Qwen2.5-0.5B-Instruct
        pool: box
        replicas: 1
        context: 4096
        cache: {size: 5Gi}
"""
GRANTED = f"""\
{SITE}\
  gpu-cluster:teams:
    vision: {{gpus: {{box: 1}}, members: [vision]}}
""".replace("nodes: 2", "nodes: 4")
"""The same stack, shared with a team."""

VISION = """\
config:
  gpu-cluster:team: {environment: site, name: vision}
  gpu-cluster:models:
    detect:
      model: Qwen/Qwen2.5-0.5B-Instruct
      pool: box
      replicas: 1
      context: 4096
      cache: {size: 5Gi}
"""
"""Workloads of that team."""


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=reviewer", "-c", "user.email=reviewer@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder as a repository whose branch `main` has these files, by path."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")
    return folder


def project_of(folder: Path, **stacks: str) -> Path:
    """A project with these stack files, by name."""
    files = {f"stacks/Pulumi.{name}.yaml": content for name, content in stacks.items()}
    return committed(folder, {"Pulumi.yaml": "name: gpu-cluster\nruntime: python\n", **files})


def with_code(project: Path, module: str, old: str, new: str) -> Path:
    """The project with the planning code changed in one module, in the commit of its stack files."""
    for package in PACKAGES:
        shutil.copytree(CODE / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = project / module
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    git(project, "add", "-A")
    git(project, "commit", "-q", "--amend", "--no-edit")
    return project


def stack_file(project: Path, name: str) -> Path:
    return project / "stacks" / f"Pulumi.{name}.yaml"
