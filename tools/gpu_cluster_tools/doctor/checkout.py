"""Checkout: its git state, and the state backend of the engine."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from gpu_cluster.project import project_name
from gpu_cluster_tools.doctor.check import Check, Group

_CHECKOUT = Group("checkout")
_STATE = Group("state")
_SERVICE = "https://"


def checkout(project: Path) -> Iterator[Check]:
    """Project file, and state of the stack files and of the branch in git."""
    if project_name(project) is None:
        yield _CHECKOUT.fail("Pulumi.yaml", "no YAML with the key name", "set name: the name of the project")
    git = shutil.which("git")
    if git is None:
        yield _CHECKOUT.skip("git", "git is not on PATH")
        return
    answer = subprocess.run(  # noqa: S603
        [git, "-C", str(project), "status", "--porcelain=v2", "--branch"],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        yield _CHECKOUT.skip("git", "not a git repository, so changes are not tracked")
        return
    yield _changes(answer.stdout.splitlines())
    yield from _branch(answer.stdout)


def state(name: str, *, local: bool, encrypted: bool) -> Iterator[Check]:
    """Checks of the state backend and of the secrets provider.

    `local`: whether the stack is on this machine, with its state in the checkout. `encrypted`: whether its
    file names a salt, so that a passphrase opens it.
    """
    if local:
        yield _STATE.ok("state", "in .local/state of this checkout, with a public passphrase")
        return
    backend = _backend(os.environ)
    if backend is None:
        yield _STATE.fail(
            "state",
            "no state backend is configured",
            "export PULUMI_BACKEND_URL (file:///srv/state, s3://…), or PULUMI_ACCESS_TOKEN of a service",
        )
        return
    yield _STATE.ok("state", backend)
    yield from _locks(backend, name)
    yield _passphrase(os.environ, service=backend.startswith(_SERVICE), encrypted=encrypted)


def _changes(lines: list[str]) -> Check:
    changed = sorted({line.split()[-1] for line in lines if line[:1] in "12u?" and "stacks/" in line})
    if changed:
        return _CHECKOUT.warn("stack files", f"not committed: {', '.join(changed)}", "commit the changes")
    return _CHECKOUT.ok("stack files", "committed without changes")


def _branch(status: str) -> Iterator[Check]:
    upstream = re.search(r"^# branch\.ab \+(\d+) -(\d+)$", status, re.MULTILINE)
    if upstream and int(upstream[2]):
        yield _CHECKOUT.warn("branch", f"{upstream[2]} commits behind its upstream", "git pull --ff-only")
    elif upstream:
        yield _CHECKOUT.ok("branch", "up to date with its upstream as of the last git fetch")


def _backend(environment: Mapping[str, str]) -> str | None:
    """State backend that the engine uses: by URL, by token, or the last one it signed in to."""
    if environment.get("PULUMI_BACKEND_URL"):
        return environment["PULUMI_BACKEND_URL"]
    if environment.get("PULUMI_ACCESS_TOKEN"):
        return environment.get("PULUMI_API", "https://api.pulumi.com")
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    try:
        signed_in: Any = json.loads((home / "credentials.json").read_text())
    except (OSError, ValueError):
        return None
    return cast("dict[str, Any]", signed_in).get("current") or None if isinstance(signed_in, dict) else None


def _locks(backend: str, name: str) -> Iterator[Check]:
    if not backend.startswith("file://"):
        return
    folder = Path(backend.removeprefix("file://")).expanduser() / ".pulumi" / "locks"
    held = [lock for lock in folder.rglob("*.json") if lock.parent.name == name]
    if held:
        yield _STATE.warn(
            "update",
            f"{name} is locked by a running or interrupted update",
            f"the next `gpu-cluster up {name}` releases the lock",
        )


def _passphrase(environment: Mapping[str, str], *, service: bool, encrypted: bool) -> Check:
    file = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return _STATE.ok("passphrase", "PULUMI_CONFIG_PASSPHRASE")
    if file and Path(file).is_file():
        return _STATE.ok("passphrase", file)
    if file:
        return _STATE.fail("passphrase", f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}, which does not exist")
    if service and not encrypted:
        return _STATE.ok("passphrase", "not required: the Pulumi service manages the key")
    return _STATE.fail(
        "passphrase",
        "no passphrase is set for the secrets in the state",
        "export PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    )
