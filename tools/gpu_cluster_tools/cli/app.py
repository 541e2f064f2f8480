"""Commands of `gpu-cluster`, and the exit codes of errors."""

import sys
from typing import Annotated

import typer

from gpu_cluster_tools.cli.lazy_group import LazyGroup

COMMANDS = {
    "campaign": "Fuzz small stacks with faults and edits.",
    "check": "Evaluate all rules on a stack or on manifests.",
    "comment": "Print a review comment, or post it on a pull request.",
    "cost": "Estimate the cost of a stack, or report its cost by usage.",
    "diagram": "Print a Mermaid flowchart of a stack.",
    "doctor": "Check prerequisites: machine, account, quotas, cluster.",
    "down": "Remove the platform of a stack.",
    "drift": "Report drift between stack file and cluster.",
    "env": "Print the environment variables for `pulumi` on a stack.",
    "gate": "Fail if a preview deletes or replaces stateful resources.",
    "gpus": "List GPU instance types and their prices.",
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
    "gpu_cluster_tools.cli.project.NoProjectError": 1,
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
    stdout = sys.stdout
    try:
        app()
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        from gpu_cluster_tools.cli.width import say

        say(_rendered(error), err=True)
        sys.exit(code)
    except SystemExit:
        if sys.stdout is not stdout:  # typer replaces stdout after the reader of a pipe has closed it
            sys.exit(0)
        raise


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
