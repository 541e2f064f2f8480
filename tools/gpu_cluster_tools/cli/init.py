"""`gpu-cluster init`: create a stack file from options or prompts."""

import re
import sys
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.names import Name
from gpu_cluster.config.platform_source import PlatformSource
from gpu_cluster.stack import StackFileError
from gpu_cluster.stack.checks.region import unknown_region
from gpu_cluster_policies.settings import policy_settings
from gpu_cluster_tools.cli.init_team import team_text
from gpu_cluster_tools.cli.project import Project
from gpu_cluster_tools.cli.terminal.prompts import Prompts
from gpu_cluster_tools.scaffold.init_options import InitOptions, InitOptionsError
from gpu_cluster_tools.scaffold.policy_settings import FILE, allow
from gpu_cluster_tools.scaffold.stack_file import BLANK, example, stack_file
from gpu_cluster_tools.scaffold.wanted_model import WantedModel

_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


class ProviderOption(StrEnum):
    LOCAL = "local"
    EXISTING = "existing"
    EKS = "eks"


_USUAL = {ProviderOption.LOCAL: "L4", ProviderOption.EXISTING: "H100", ProviderOption.EKS: "L4"}
"""The default GPU."""

_OF_ENVIRONMENTS = frozenset(
    (
        "provider",
        "region",
        "account",
        "deployer",
        "zones",
        "gpu",
        "instance",
        "gpus",
        "nodes",
        "budget",
        "notify",
        "production",
    )
)
"""Options that do not apply to a team's stack."""

NewName = Annotated[str, typer.Argument(help="Name of the new stack. Writes stacks/Pulumi.NAME.yaml.")]
Where = Annotated[ProviderOption | None, typer.Option("--provider", help="Where the platform runs.")]
Region = Annotated[str | None, typer.Option(help="AWS region, such as eu-central-1. With eks.")]
Account = Annotated[str | None, typer.Option(help="AWS account ID, 12 digits. With eks.")]
Deployer = Annotated[str | None, typer.Option(help="ARN of the IAM role that deploys. With eks.")]
Zones = Annotated[
    str | None, typer.Option(help="Availability zones, such as eu-central-1a,eu-central-1b. With eks.")
]
Kubeconfig = Annotated[
    str, typer.Option(help="Path of the kubeconfig, the team's for a team. With existing.")
]
Gpu = Annotated[str | None, typer.Option(help="GPU model, such as L4 or H100.")]
Type = Annotated[
    str | None, typer.Option("--instance", help="EC2 instance type. Default: the cheapest that fits.")
]
Gpus = Annotated[int, typer.Option(min=1, help="GPUs per server. With existing.")]
Nodes = Annotated[
    str | None, typer.Option(help="Number of GPU nodes, such as 2, or 1-4 to scale with demand.")
]
Model = Annotated[str | None, typer.Option(help="Model to serve, such as meta-llama/Llama-3.1-8B-Instruct.")]
Budget = Annotated[int | None, typer.Option(min=1, help="Monthly budget in US dollars. With eks.")]
Notify = Annotated[str | None, typer.Option(help="E-mail address for budget alerts. With eks.")]
Production = Annotated[
    bool | None,
    typer.Option("--production/--no-production", help="Enforce the production rules."),
]
Team = Annotated[
    str | None,
    typer.Option(help="Team to create in the environment; with --environment, the team that owns the stack."),
]
Environment = Annotated[
    str | None, typer.Option(help="Create a team's stack on this environment, such as prod.")
]
Platform = Annotated[
    str | None,
    typer.Option(
        metavar="URL|FOLDER",
        help="Repository that contains the environment. With --environment. Default: this repository.",
    ),
]
Revision = Annotated[
    str | None, typer.Option(help="Tag, commit or branch of the platform's repository. With a URL.")
]
InRepository = Annotated[
    str | None,
    typer.Option("--path", help="Folder of the project in the platform's repository. With a URL."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not prompt; use defaults for missing options.")]


def init(
    name: NewName,
    *,
    context: typer.Context,
    environment: Environment = None,
    platform: Platform = None,
    revision: Revision = None,
    path: InRepository = None,
    provider: Where = None,
    region: Region = None,
    account: Account = None,
    deployer: Deployer = None,
    zones: Zones = None,
    kubeconfig: Kubeconfig = "~/.kube/config",
    gpu: Gpu = None,
    instance: Type = None,
    gpus: Gpus = 8,
    nodes: Nodes = None,
    model: Model = None,
    budget: Budget = None,
    notify: Notify = None,
    production: Production = None,
    team: Team = None,
    force: Force = False,
    yes: Yes = False,
) -> None:
    """Create a commented stack file that is valid except for its CHANGEME placeholders.

    Prompts for missing options, unless --yes is set or there is no terminal. With --environment, creates the
    stack file of a team and places its model on a pool that the environment grants. --platform names the
    repository of the environment, if it is another one.
    """
    project = Project.here()
    file = project.folder / "stacks" / f"Pulumi.{named(name)}.yaml"
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} exists; use --force to overwrite it", param_hint="NAME")
    ask = Prompts(silent=yes or not sys.stdin.isatty())
    try:
        source = _source(environment, platform, revision, path)
        if environment:
            own = kubeconfig if _is_given("kubeconfig", context) else None
            _refuse_what_is_of_the_environment(context)
            stack = None  # the environment decides what the team may use
            text = team_text(
                project, name, environment, ask, source=source, team=team, model=model, kubeconfig=own
            )
        else:
            where = provider or _place(ask("Where does it run: local, existing or eks?", "local"))
            on_aws = where is ProviderOption.EKS
            served = model or ask("Model to serve, empty for none?", "") or None
            usual = "" if instance or (served and where is not ProviderOption.EXISTING) else _USUAL[where]
            kind = gpu or ask("GPU, such as L4; empty for the cheapest that fits?", usual) or None
            judged = _production(name, production, project, ask)
            init = InitOptions(
                name=name,
                provider=where,
                production=judged,
                region=_region(region or ask("AWS region?", "us-east-2")) if on_aws else None,
                account=account or (ask("AWS account, 12 digits?", "") or None if on_aws else None),
                deployer=deployer,
                zones=tuple(filter(None, (zones or "").split(","))),
                kubeconfig=kubeconfig,
                gpu=kind,
                instance=instance,
                gpus=gpus,
                nodes=_span(nodes or ask("Nodes with GPUs, such as 2 or 1-4?", _usual_nodes(served, judged))),
                model=WantedModel(served) if served else None,
                budget=budget,
                notify=notify,
                team=team,
            )
            text = stack_file(init)
            stack = example(init)
    except InitOptionsError as error:
        raise typer.BadParameter(str(error)) from None
    except StackFileError as error:
        told = "\n".join(f"{problem.key}: {problem.message}" for problem in error.problems)
        raise typer.BadParameter(f"the new stack file would be invalid:\n{told}") from None
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    _tell(name, text, allow(project.folder, name, stack) if stack else [])


def _is_given(option: str, context: typer.Context) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _source(
    environment: str | None, platform: str | None, revision: str | None, path: str | None
) -> PlatformSource | None:
    if not environment and (platform or revision or path):
        raise InitOptionsError("--platform, --revision and --path require --environment")
    if not platform:
        if revision or path:
            raise InitOptionsError(
                f"--{'revision' if revision else 'path'} requires --platform with the URL of a repository"
            )
        return None
    given = {"git": platform, "revision": revision} if "://" in platform or revision else {"folder": platform}
    try:
        return PlatformSource.model_validate({**given, "path": path})
    except ValidationError as error:
        wrong = error.errors()[0]
        raise InitOptionsError(f"--platform: {wrong.get('ctx', {}).get('error', wrong['msg'])}") from None


def _refuse_what_is_of_the_environment(context: typer.Context) -> None:
    given = [
        f"--{option}"
        for option in context.params
        if option in _OF_ENVIRONMENTS and _is_given(option, context)
    ]
    if given:
        raise InitOptionsError(f"not allowed with --environment, which defines them: {', '.join(given)}")


def named(name: str) -> str:
    try:
        return TypeAdapter[str](Name).validate_python(name)
    except ValidationError:
        raise typer.BadParameter(
            f"expected lower-case letters, digits and dashes, got '{name}'", param_hint="NAME"
        ) from None


def _usual_nodes(model: str | None, production: bool) -> str:
    """Two for a model of production, whose replicas are on different nodes."""
    return "2" if model and production else "1"


def _place(given: str) -> ProviderOption:
    try:
        return ProviderOption(given)
    except ValueError:
        raise typer.BadParameter(f"expected local, existing or eks, got '{given}'") from None


def _region(name: str) -> str:
    if problem := unknown_region(name):
        raise InitOptionsError(problem)
    return name


def _span(given: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(given.strip())
    if not match:
        raise InitOptionsError(f"expected nodes such as 2 or 1-4, got '{given}'")
    least = int(match[1])
    most = int(match[2] or least)
    if not 1 <= least <= most:
        raise InitOptionsError(f"expected 1 or more, and the larger number last, got '{given}'")
    return least, most


def _production(name: str, given: bool | None, project: Project, ask: Prompts) -> bool:
    if given is not None:
        return given
    usual = "yes" if policy_settings(project.folder).names_production(name) else "no"
    answer = ask("Production: yes or no?", usual)
    if answer not in ("yes", "no"):
        raise InitOptionsError(f"expected yes or no, got '{answer}'")
    return answer == "yes"


def _tell(name: str, text: str, allowed: list[str]) -> None:
    typer.echo(f"wrote stacks/Pulumi.{name}.yaml")
    for entry in allowed:
        typer.echo(f"{FILE} allows {entry}")
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    placeholders = [
        f"  {number}: {line}" for number, line in lines if BLANK in line and not line.startswith("#")
    ]
    if placeholders:
        typer.echo("fill in these placeholders:\n" + "\n".join(placeholders))
    typer.echo(f"next: gpu-cluster validate {name}")
