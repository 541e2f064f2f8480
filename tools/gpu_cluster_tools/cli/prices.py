"""`gpu-cluster prices`: fetch current prices from the AWS Price List."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gpu_cluster.catalog import REGIONS
from gpu_cluster.catalog.today import today
from gpu_cluster.stack.suggestions import did_you_mean
from gpu_cluster_tools.cli.progress import working
from gpu_cluster_tools.cli.table import table
from gpu_cluster_tools.cli.width import say

if TYPE_CHECKING:
    from gpu_cluster_tools.price_list.fetch import Fetched

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
    answer from the price list, 2 invalid command line or price file.
    """
    from gpu_cluster_tools.doctor.aws import Aws
    from gpu_cluster_tools.price_list.fetch import ENDPOINT_REGION, fetched

    regions = [_known(each) for each in region or _of_stacks()]
    aws = Aws(ENDPOINT_REGION)
    found: dict[str, Fetched] = {}
    for each in dict.fromkeys(regions):
        with working(f"fetching prices of {each}", quiet=as_json):
            found[each] = fetched(aws, each)
    if as_json:
        typer.echo(json.dumps({each: as_data(each, it) for each, it in found.items()}, indent=2))
    else:
        say("\n\n".join(text(each, found[each]) for each in found))
    if write:
        _write(write, found)
        say(f"wrote {write}", err=as_json)


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
    if region not in REGIONS:
        message = f"unknown region '{region}'{did_you_mean(region, REGIONS)}"
        raise typer.BadParameter(message, param_hint="--region")
    return region


def _of_stacks() -> list[str]:
    from gpu_cluster.config.stack import Stack
    from gpu_cluster_tools.cli.project import Project

    project = Project.here()
    stacks = [project.any_stack(name) for name in project.stack_names()]
    regions = sorted({it.region for it in stacks if isinstance(it, Stack) and it.region})
    if not regions:
        raise typer.BadParameter("no stack of the project uses AWS; set --region", param_hint="--region")
    return regions


def _write(path: Path, found: "dict[str, Fetched]") -> None:
    from gpu_cluster_tools.price_list.price_file import write

    try:
        write(path, found, today())
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise typer.BadParameter(message, param_hint="--write") from None
