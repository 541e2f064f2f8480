"""`gpu-cluster gpus`: GPU instance types and their prices."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from gpu_cluster.catalog import GPU_INSTANCE_ORDERS, GPUS, REGIONS, GpuInstance, gpu_instances, grouped
from gpu_cluster.config.quantity import amount
from gpu_cluster.stack.suggestions import CLOSE, did_you_mean, one_of
from gpu_cluster_tools.cli.terminal.table import table

_GIB = 1024**3
_MIB = 1024**2
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

GpuName = Annotated[str | None, typer.Option(help="Only instance types with this GPU, such as H100.")]
Region = Annotated[
    str | None,
    typer.Option(
        help="Only instance types offered in this region, with its prices. Default prices: us-east-1."
    ),
]
MinMemory = Annotated[
    str | None, typer.Option(help="Minimum memory per GPU, such as 40Gi. An H100 has 79.6Gi.")
]
MaxPrice = Annotated[float | None, typer.Option(min=0, help="Maximum price in US dollars per hour.")]
Mig = Annotated[bool, typer.Option("--mig", help="Only GPUs that support MIG.")]
GroupBy = Annotated[str | None, typer.Option(help=f"Print one table per {one_of(_GROUPS)}.")]
Sort = Annotated[str, typer.Option(help=f"By {one_of(GPU_INSTANCE_ORDERS)}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    """List GPU instance types: memory, MIG profiles, EFA, disks, on-demand price and regions."""
    found = gpu_instances(
        gpu=_known(gpu, GPUS, "--gpu") if gpu is not None else None,
        region=_known(region, REGIONS, "--region") if region is not None else None,
        min_memory=_bytes(min_memory) if min_memory is not None else 0,
        max_price=max_price,
        mig=mig,
        order=_known(sort, GPU_INSTANCE_ORDERS, "--sort"),
    )
    groups = grouped(found, _known(group_by, _GROUPS, "--group-by")) if group_by is not None else {"": found}
    if as_json:
        typer.echo(json.dumps([_document(each) for each in found], indent=2))
    elif not found:
        typer.echo("no instance type matches all filters")
    else:
        typer.echo("\n\n".join(_table(name, group) for name, group in groups.items()))


def _known(word: str, known: Iterable[str], option: str) -> str:
    names = {name.lower(): name for name in known}
    if word.lower() not in names:
        hint = did_you_mean(word, names.values(), cutoff=CLOSE) or f", expected {one_of(names.values())}"
        raise typer.BadParameter(f"unknown '{word}'{hint}", param_hint=option)
    return names[word.lower()]


def _bytes(quantity: str) -> int:
    try:
        size = int(amount(quantity))
    except ValueError as error:
        raise typer.BadParameter(f"{error}, got '{quantity}'", param_hint="--min-memory") from None
    if size < _MIB:
        raise typer.BadParameter(
            f"expected a size with a unit, such as 40Gi, got '{quantity}'", param_hint="--min-memory"
        )
    return size


def _table(name: str, group: list[GpuInstance]) -> str:
    rows = table([_HEAD, *map(_row, group)])
    return f"{name}\n{rows}" if name else rows


def _row(found: GpuInstance) -> tuple[str, ...]:
    it = found.instance
    return (
        it.name,
        f"{it.gpus} x {found.gpu}" if it.gpus else f"fraction of {found.gpu}",
        f"{found.memory_bytes / _GIB:.1f} GiB" if it.gpus else "-",
        str(it.cpus),
        f"{it.memory_gib} GiB",
        str(it.efa or "-"),
        f"{it.nvme_gb} GB" if it.nvme_gb else "-",
        f"{float(found.hourly):.3f}" if found.hourly else "-",
        f"{float(found.gpu_hourly):.3f}" if found.gpu_hourly else "-",
        str(len(found.regions) or "-"),
        " ".join(found.profiles) or "-",
    )


def _document(found: GpuInstance) -> dict[str, Any]:
    it = found.instance
    return {
        "instance": it.name,
        "gpu": found.gpu,
        "gpus": it.gpus,
        "gpuMemoryBytes": found.memory_bytes,
        "migProfiles": list(found.profiles),
        "cpus": it.cpus,
        "memoryGib": it.memory_gib,
        "efaInterfaces": it.efa,
        "nvmeGb": it.nvme_gb,
        "hourlyUsd": float(found.hourly) if found.hourly else None,
        "gpuHourlyUsd": float(found.gpu_hourly) if found.gpu_hourly else None,
        "regions": list(found.regions),
    }
