"""`gpu-cluster gpus`: instance types with GPUs, and what they cost."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from cli.columns import columns
from components.catalog import GPUS, REGIONS
from components.config.quantity import amount
from components.stackfile.nearest import did_you_mean, one_of
from cost import ORDERS, Offer, grouped, offers

_GIB = 1024**3
_GROUPS = ("gpu", "family")
_HEAD = (
    "TYPE",
    "GPUS",
    "GPU MEMORY",
    "VCPUS",
    "MEMORY",
    "EFA",
    "NVME",
    "$/HOUR",
    "$/GPU-HOUR",
    "REGIONS",
    "MIG",
)

GpuName = Annotated[str | None, typer.Option(help="Only with this GPU, such as H100.")]
Region = Annotated[str | None, typer.Option(help="Only what AWS offers there, at the price of there.")]
MinMemory = Annotated[
    str | None, typer.Option(help="Only with as much memory on each GPU, such as 40Gi; an H100 has 79.6Gi.")
]
MaxPrice = Annotated[float | None, typer.Option(min=0, help="Only up to so many US dollars an hour.")]
Mig = Annotated[bool, typer.Option("--mig", help="Only with GPUs that MIG divides.")]
GroupBy = Annotated[str | None, typer.Option(help=f"A table for each {one_of(_GROUPS)}.")]
Sort = Annotated[str, typer.Option(help=f"By {one_of(ORDERS)}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print them as JSON.")]


def gpus(
    *,
    gpu: GpuName = None,
    region: Region = None,
    min_memory: MinMemory = None,
    max_price: MaxPrice = None,
    mig: Mig = False,
    group_by: GroupBy = None,
    sort: Sort = "name",
    as_json: AsJson = False,
) -> None:
    """List instance types with GPUs: memory, MIG profiles, EFA, disks, price on demand and regions."""
    found = offers(
        gpu=_known(gpu, GPUS, "--gpu") if gpu else None,
        region=_known(region, REGIONS, "--region") if region else None,
        min_memory=_bytes(min_memory) if min_memory else 0,
        max_price=max_price,
        mig=mig,
        order=_known(sort, ORDERS, "--sort"),
    )
    groups = grouped(found, _known(group_by, _GROUPS, "--group-by")) if group_by else {"": found}
    if as_json:
        typer.echo(json.dumps([_document(offer) for offer in found], indent=2))
    elif not found:
        typer.echo("no instance type has all of that")
    else:
        typer.echo("\n\n".join(_table(name, group) for name, group in groups.items()))


def _known(word: str, known: Iterable[str], option: str) -> str:
    names = {name.lower(): name for name in known}
    if word.lower() not in names:
        hint = did_you_mean(word, names.values()) or f", expected {one_of(names.values())}"
        raise typer.BadParameter(f"unknown '{word}'{hint}", param_hint=option)
    return names[word.lower()]


def _bytes(quantity: str) -> int:
    try:
        return int(amount(quantity))
    except ValueError as error:
        raise typer.BadParameter(f"{error}, got '{quantity}'", param_hint="--min-memory") from None


def _table(name: str, group: list[Offer]) -> str:
    rows = columns([_HEAD, *map(_row, group)])
    return f"{name}\n{rows}" if name else rows


def _row(offer: Offer) -> tuple[str, ...]:
    it = offer.instance
    return (
        it.name,
        f"{it.gpus} x {offer.gpu}" if it.gpus else f"part of {offer.gpu}",
        f"{offer.memory_bytes / _GIB:.1f} GiB" if it.gpus else "-",
        str(it.cpus),
        f"{it.memory_gib} GiB",
        str(it.efa or "-"),
        f"{it.nvme_gb} GB" if it.nvme_gb else "-",
        f"{float(offer.hourly):.3f}" if offer.hourly else "-",
        f"{float(offer.gpu_hourly):.3f}" if offer.gpu_hourly else "-",
        str(len(offer.regions) or "-"),
        " ".join(offer.profiles) or "-",
    )


def _document(offer: Offer) -> dict[str, Any]:
    it = offer.instance
    return {
        "instance": it.name,
        "gpu": offer.gpu,
        "gpus": it.gpus,
        "gpuMemoryBytes": offer.memory_bytes,
        "migProfiles": list(offer.profiles),
        "cpus": it.cpus,
        "memoryGib": it.memory_gib,
        "efaInterfaces": it.efa,
        "nvmeGb": it.nvme_gb,
        "hourlyUsd": float(offer.hourly) if offer.hourly else None,
        "gpuHourlyUsd": float(offer.gpu_hourly) if offer.gpu_hourly else None,
        "regions": list(offer.regions),
    }
