"""The commands of `gpu-cluster`, and how errors end."""

import sys

import typer

from cli.campaign import campaign
from cli.down import down
from cli.env import env
from cli.rehearse import rehearse
from cli.status import status
from cli.up import up
from cli.validate import validate
from components.cluster import NoKubeconfigError
from components.stackfile import StackFileError
from rehearsal import RehearsalError
from toolchain import ToolchainError

app = typer.Typer(
    name="gpu-cluster",
    help="A GPU platform on Kubernetes from one typed file per environment.",
    epilog="Exit codes: 0 done, 1 something failed, 2 the command or the stack file is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (up, down, status, validate, rehearse, campaign, env):
    app.command()(command)


def run() -> None:
    """Errors that a person can act on end as their message, not as a traceback."""
    try:
        app()
    except StackFileError as error:
        sys.exit(_tell(error, code=2))
    except (NoKubeconfigError, RehearsalError, ToolchainError) as error:
        sys.exit(_tell(error, code=1))


def _tell(error: Exception, *, code: int) -> int:
    typer.echo(str(error), err=True)
    return code
