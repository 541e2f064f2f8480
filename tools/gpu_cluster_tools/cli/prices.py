"""`gpu-cluster prices`: fetch current prices from the AWS Price List."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from gpu_cluster.catalog.today import today
from gpu_cluster.stack.checks.region import unknown_region
from gpu_cluster.stack.document import UnreadableFileError, read
from gpu_cluster_tools.cli.terminal.progress import working
from gpu_cluster_tools.cli.terminal.table import table
from gpu_cluster_tools.cli.terminal.width import say

if TYPE_CHECKING:
    from gpu_cluster_tools.price_list.fetch import Fetched

_SKIPPED = 3

Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="Region to fetch. Repeatable. Default: the regions of the stacks."),
]
Write = Annotated[
    Path | None,
    typer.Option(help="Update this price file, such as prices.yaml. Other entries are kept."),
]


Json = Annotated[bool, typer.Option("--json", help="Print JSON, by region.")]


def prices(*, region: Regions = None, write: Write = None, as_json: Json = False) -> None:
    """Fetch current prices from the AWS Price List and show where the catalog differs or has none.

    Requires boto3, network access and AWS credentials with pricing:GetProducts. Exit codes: 0 success, 1 no
    answer from the price list, 2 invalid command line or price file, 3 a stack file has no valid region.
    """
    from gpu_cluster_tools.doctor.aws import Aws
    from gpu_cluster_tools.price_list.fetch import ENDPOINT_REGION, fetched

    regions = _Regions([_known(each) for each in region], []) if region else _of_stacks()
    aws = Aws(ENDPOINT_REGION)
    found: dict[str, Fetched] = {}
    for each in dict.fromkeys(regions.known):
        with working(f"fetching prices of {each}", quiet=as_json):
            found[each] = fetched(aws, each)
    if as_json:
        typer.echo(json.dumps({each: as_data(each, it) for each, it in found.items()}, indent=2))
    else:
        say("\n\n".join(text(each, found[each]) for each in found))
    if write:
        _write(write, found)
        say(f"wrote {write}", err=as_json)
    for problem in regions.problems:
        say(f"skipped: {problem}", err=True)
    if regions.problems:
        raise typer.Exit(_SKIPPED)


def as_data(region: str, found: "Fetched") -> dict[str, Any]:
    """JSON document: prices in US dollars, differing catalog prices, and names without a price."""
    from gpu_cluster_tools.price_list.compare import differences

    return {
        "instances": {name: float(usd) for name, usd in found.instances.items()},
        "services": {name: float(usd) for name, usd in found.services.items()},
        "otherInTheCatalog": {
            it.name: float(it.catalog) if it.catalog else None for it in differences(found, region)
        },
        "unread": list(found.unread),
    }


def text(region: str, found: "Fetched") -> str:
    """Counts, and a row for each price that differs from the catalog or is not in it."""
    from gpu_cluster_tools.price_list.compare import differences

    rows = [
        (it.name, f"{float(it.catalog):.6g}" if it.catalog else "-", f"{float(it.now):.6g}")
        for it in differences(found, region)
    ]
    count = len(found.instances) + len(found.services)
    parts = [f"{region}: {count} prices, {len(rows)} of them different from the catalog or not in it"]
    if rows:
        parts.append(table([("NAME", "CATALOG, USD", "NOW, USD"), *rows]))
    if found.unread:
        parts.append(f"not read, because the price list has no price or several: {', '.join(found.unread)}")
    return "\n".join(parts)


def _known(region: str) -> str:
    if problem := unknown_region(region):
        raise typer.BadParameter(problem, param_hint="--region")
    return region


class _Regions(NamedTuple):
    known: list[str]
    problems: list[str]
    """Stack files without a valid region, with the reason."""


def _of_stacks() -> _Regions:
    """Regions of all stack files, which need not be complete."""
    from gpu_cluster_tools.cli.project import Project

    found = _Regions([], [])
    project = Project.here()
    for name in project.stack_names():
        try:
            if region := _region(project.stack_file(name)):
                found.known.append(_known(region))
        except (UnreadableFileError, typer.BadParameter) as error:
            found.problems.append(f"stacks/Pulumi.{name}.yaml: {error.message}")
    if found.known:
        return found._replace(known=sorted(found.known))
    reason = "; ".join(found.problems) or "no stack of the project uses AWS"
    raise typer.BadParameter(f"{reason}; set --region", param_hint="--region")


def _region(file: Path) -> str | None:
    match read(file).data:
        case {"config": {"aws:region": region}} if region:
            return str(region)
        case _:
            return None


def _write(path: Path, found: "dict[str, Fetched]") -> None:
    from gpu_cluster_tools.price_list.price_file import write

    try:
        write(path, found, today())
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise typer.BadParameter(message, param_hint="--write") from None
