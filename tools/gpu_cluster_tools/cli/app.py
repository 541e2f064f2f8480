"""Commands of `gpu-cluster`, and the exit codes of errors."""

import errno
import os
import shutil
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gpu_cluster_tools.cli.lazy_group import LazyGroup

COMMANDS = {
    "campaign": "Fuzz small stacks with faults and edits.",
    "check": "Evaluate all rules on a stack or on manifests.",
    "comment": "Print a review comment, or post it on a pull request.",
    "copy": "Copy a stack file under another name.",
    "cost": "Estimate the cost of a stack, or report its cost by usage.",
    "diagram": "Print a Mermaid flowchart of a stack.",
    "doctor": "Check prerequisites: machine, account, quotas, cluster.",
    "down": "Remove the platform of a stack.",
    "drift": "Report drift between stack file and cluster.",
    "env": "Print the environment variables for `pulumi` on a stack.",
    "gate": "Fail if a preview deletes or replaces stateful resources.",
    "gpus": "List GPU instance types and their prices.",
    "images": "List the images to copy into the mirror of a stack.",
    "init": "Write a new stack file, from options or questions.",
    "new": "Create a project: program, policies, workflows.",
    "plan": "Resolve every resource of a stack, without network or credentials.",
    "prices": "Fetch current prices from the AWS Price List.",
    "rehearse": "Create, update and destroy a stack on this machine.",
    "report": "Write an HTML report, or compliance evidence for a framework.",
    "review": "Compare stacks with an earlier revision.",
    "schema": "Print the JSON Schema of the stack file.",
    "status": "Show running nodes, GPUs and models.",
    "throughput": "Estimate tokens per second, latency and price of models.",
    "up": "Deploy the platform of a stack and show its status.",
    "validate": "Validate a stack file and list all errors.",
    "verify": "Verify a running platform: nodes, models, scaling, alerts.",
    "waive": "Waive a policy finding until a date.",
}
"""Each command is the function of that name in the module of that name below `cli`, imported on use."""

ERRORS = {
    "gpu_cluster_tools.cli.project.NoProjectError": 2,
    "gpu_cluster_tools.cli.project.NoStackError": 2,
    "gpu_cluster.kubernetes.cluster.kubeconfig.NoKubeconfigError": 1,
    "gpu_cluster.stack.diagnostic.FileError": 2,
    "gpu_cluster.cost.assumptions.UsageError": 2,
    "gpu_cluster_tools.doctor.aws.AwsCallError": 1,
    "gpu_cluster_tools.doctor.aws.UnreachableError": 1,
    "gpu_cluster_tools.rehearsal.errors.RehearsalError": 1,
    "gpu_cluster_tools.review.github.GitHubError": 1,
    "gpu_cluster_tools.review.review.ReviewFileError": 2,
    "gpu_cluster_tools.review.revision.RevisionError": 2,
    "gpu_cluster_tools.throughput.measurements.NoMeasurementsError": 1,
    "gpu_cluster_tools.toolchain.errors.ToolchainError": 1,
    "gpu_cluster_tools.usage.prometheus.NoUsageError": 1,
}
"""Exit codes of expected errors. Listed by name, because the imports take longer than most commands."""

EXTRAS = dict.fromkeys(("boto3", "botocore", "cbor2", "flask", "flask_cors", "moto"), "rehearsal")
"""The extra of the distribution that has a package, for commands that cannot do without."""

_NO_HOME = "Could not determine home directory."
"""Message of pathlib, whose error has no type of its own."""

_NARROWEST = 40
"""Width of a terminal, at least."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    cls=LazyGroup.of(COMMANDS),
    name="gpu-cluster",
    epilog="Exit codes: 0 success, 1 failure, 2 invalid command line or stack file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gpu-cluster {version('gpu-cluster')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
]


@app.callback()
def gpu_cluster(*, version: Version = False) -> None:
    """A GPU platform on Kubernetes from one typed file per environment."""


def run() -> None:
    """Run the command line; expected errors print their message without a traceback."""
    _open_closed_streams()
    _widen_columns()
    stdout = sys.stdout
    try:
        app()
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        extra = f"pip install 'gpu-cluster[{EXTRAS[package]}]'"
        _end(f"error: {package} is not installed, which this command needs: {extra}", 1)
    except OSError as error:
        if error.errno in _FULL and not error.filename:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())  # what is buffered fails once more
        words = _words(error)
        if words is None:
            raise
        _end(f"error: {words}", 1)
    except Exception as error:
        code = _exit_code(error)
        if str(error) == _NO_HOME:
            _end(f"error: user {os.getuid()} has no home folder; hint: set HOME", 1)
        if code is None:
            raise
        _end(_rendered(error), code)
    except SystemExit as error:
        # After the reader of a pipe has closed it, typer replaces stdout, and rich exits with 1.
        if sys.stdout is not stdout or isinstance(error.__context__, BrokenPipeError):
            sys.exit(0)
        raise


def _open_closed_streams() -> None:
    """Discard output to a stream that the caller closed (`>&-`), and replace characters it cannot encode."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", errors="replace"))  # noqa: SIM115 (it lasts as long as the program)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _widen_columns() -> None:
    """Ignore a width that no line fits into: errors would be printed letter by letter, or not at all."""
    with suppress(ValueError):
        if int(os.environ.get("COLUMNS", _NARROWEST)) < _NARROWEST:
            del os.environ["COLUMNS"]


def _words(error: OSError) -> str | None:
    """Message for a file that cannot be read or written; None for any other error."""
    if isinstance(error, shutil.Error):  # of several files
        return "\n".join(f"{file}: {why}" for file, _, why in error.args[0])
    if error.filename:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    if error.errno in _FULL:
        return f"the output or a file cannot be written: {error.strerror}"
    if error.errno == errno.ENOENT:
        return "the working directory does not exist any more"
    return None


def _end(message: str, code: int) -> NoReturn:
    from gpu_cluster_tools.cli.terminal.width import say

    say(message, err=True)
    sys.exit(code)


def _rendered(error: Exception) -> str:
    """Text of an error: each diagnostic of a file, with the source line in a terminal; others after
    `error:`."""
    problems = getattr(error, "problems", None)
    if not problems:
        return f"error: {error}"
    in_a_terminal = sys.stderr.isatty()
    return "\n".join(problem.rendered(excerpt=in_a_terminal) for problem in problems)


def _exit_code(error: Exception) -> int | None:
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((ERRORS[name] for name in names if name in ERRORS), None)
