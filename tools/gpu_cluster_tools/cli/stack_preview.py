"""Preview of a stack by the engine, as JSON."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from gpu_cluster_tools.cli.running import RunningProject
from gpu_cluster_tools.rehearsal import PulumiEngine, RehearsalError
from gpu_cluster_tools.rehearsal.engine.engine_tmpdir import engine_tmpdir
from gpu_cluster_tools.rehearsal.errors import NotDeployedError
from gpu_cluster_tools.toolchain import install


def preview_of(stack: str, *, first: bool) -> str:
    """Output of `pulumi preview --json`; of a first deployment against an empty state.

    `RehearsalError` if the stack is not deployed, or if it is although it is the first deployment.
    """
    project = RunningProject.here()
    engine = project.engine(stack, project.any_stack(stack), install())
    if not first:
        _require_deployed(engine)
        return preview_json(engine)
    _require_new(engine)
    with _empty_state(engine, project.stack_file(stack)) as empty:
        return preview_json(empty)


def _require_deployed(engine: PulumiEngine) -> None:
    try:
        engine.select(create=False)
    except NotDeployedError as error:
        stack = engine.stack
        raise RehearsalError(
            f"{error}{_backend(engine)}\n"
            f"hint: for its first deployment run `gpu-cluster gate --stack {stack} --first` and "
            f"`gpu-cluster up {stack}`, or on GitHub `gh workflow run deploy.yml -f first={stack}`; "
            "if it is deployed, correct PULUMI_BACKEND_URL"
        ) from None


def _require_new(engine: PulumiEngine) -> None:
    try:
        engine.select(create=False)
    except NotDeployedError:
        return
    raise RehearsalError(f"{engine.stack} has a state{_backend(engine)} already; run this without --first")


def _backend(engine: PulumiEngine) -> str:
    """The backend in words, without a login that its URL may have."""
    url = urlsplit(engine.environment.get("PULUMI_BACKEND_URL", ""))
    return f" ({url.scheme}://{url.hostname or ''}{url.path})" if url.scheme else ""


@contextmanager
def _empty_state(engine: PulumiEngine, file: Path) -> Generator[PulumiEngine]:
    """The engine with the stack in an empty backend; the salt that it adds to the stack file is removed."""
    before = file.read_bytes()
    with TemporaryDirectory() as folder:
        backend = {"PULUMI_BACKEND_URL": Path(folder).as_uri()}
        empty = replace(engine, environment={**engine.environment, **backend})
        try:
            empty.select()
            yield empty
        finally:
            file.write_bytes(before)


def preview_json(engine: PulumiEngine) -> str:
    """Output of the engine, also if the preview fails: its errors are part of the document."""
    with engine_tmpdir(engine.project) as tmpdir:
        done = subprocess.run(  # noqa: S603
            ["pulumi", "preview", "--stack", engine.stack, "--json", "--non-interactive"],  # noqa: S607
            cwd=engine.project,
            env=engine.environment_in(tmpdir),
            pass_fds=tmpdir.locks,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.stdout
