"""Estimates as a document for programs: seconds, tokens and US dollars as numbers."""

from typing import Any

from gpu_cluster.cost import Range
from gpu_cluster_tools.throughput.estimate import NoData, Target
from gpu_cluster_tools.throughput.model_report import Found, ModelReport, StackReport
from gpu_cluster_tools.throughput.served_model import Served


def document_of(report: StackReport) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "complete": report.complete,
        "input": report.input,
        "output": report.output,
        "target": _target(report.target) if report.target else None,
        "models": [_model(each) for each in report.models],
    }


def _target(target: Target) -> dict[str, float | None]:
    return {"firstTokenSeconds": target.first_token, "tokensPerSecond": target.tokens_per_second}


def _model(report: ModelReport) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": report.name,
        "model": report.settings.model,
        "engine": str(report.settings.engine),
        "release": report.release,
        "pool": report.settings.pool,
        "noData": report.configured.reason if isinstance(report.configured, NoData) else None,
        "estimates": []
        if isinstance(report.configured, NoData)
        else [{"concurrency": load.concurrency, **_served_or_not(each)} for load, each in report.configured],
    }
    if report.pools is not None:
        document["pools"] = _found(report.pools)
        document["instances"] = _found(report.instances or ())
        document["cheapest"] = report.meeting[0].node.name if report.meeting else None
        pools = {node.name for node, _ in report.pools}
        document["cheapestPool"] = next(
            (each.node.name for each in report.meeting if each.node.name in pools), None
        )
    return document


def _found(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "name": node.name,
            "instance": node.machine,
            "gpu": node.gpu.name if node.gpu else None,
            "gpus": node.gpus,
            "hourlyUsd": _range(node.hourly),
            **({"concurrency": each.workload.concurrency} if isinstance(each, Served) else {}),
            **_served_or_not(each),
        }
        for node, each in found
    ]


def _served_or_not(each: Served | NoData) -> dict[str, Any]:
    if isinstance(each, NoData):
        return {"noData": each.reason}
    speed, gpus = each.speed, each.layout.gpus
    return {
        "gpusOfReplica": gpus,
        "tokensPerSecond": round(speed.tokens_per_second, 2),
        "tokensPerSecondPerGpu": round(speed.tokens_per_second / gpus, 2),
        "tokensPerSecondOfRequest": round(speed.tokens_per_second_of_request, 2),
        "firstTokenSeconds": round(speed.first_token, 4),
        "secondsBetweenTokens": round(speed.between_tokens, 5),
        "usdPerMillionOutputTokens": _range(each.usd_per_million),
        "measuredRelease": speed.release,
    }


def _range(amount: Range | None) -> dict[str, float] | None:
    return {"least": float(amount.least), "most": float(amount.most)} if amount else None
