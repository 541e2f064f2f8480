"""Every dashboard expression returns data in the Prometheus of a running platform.

The platform's own Prometheus scrapes the real exporters on kubelets while a model serves, scales and idles. A
copy of its data is extended with series that have no source here: see `synthetic_gpus`.
DASHBOARD_PICTURES=yes draws the pictures of docs/dashboards.md again, which needs the extra `pictures`.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.answers import AnsweredPanel, Window, answers
from dashboards.drawn import picture, remember
from gpu_cluster.capacity import pools_of
from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file
from gpu_cluster.kubernetes.telemetry.rules import gpu_prices
from gpu_cluster.stack import load
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.platform import Platform, brought_up, client_pod
from tests.real_node.prometheus_api import asking
from tests.real_node.scaling_stack import scaling_stack
from tests.real_node.synthetic_gpus import add_synthetic
from tests.rehearsal.checkout import Checkout
from tests.witnesses.prometheus_server import blocks_of, prometheus

_MISSING = missing_requirement()

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(_MISSING is not None, reason=f"real nodes need {_MISSING}"),
]

TEAM = """\
  gpu-cluster:teams:
    vision: {gpus: {l4: 1}}
"""
CHOSEN = {"namespace": "serving", "model": "chat", "pool": "l4"}
LOAD = ((1, 60), (6, 60), (16, 120), (3, 60), (0, 30))
"""Number of clients, and their duration in seconds."""

NOT_HERE = {
    ("pool", "InfiniBand and EFA"): "no such adapter",
    ("team", "Volumes"): "kubelets have no statistics of a hostPath",
}
"""Panels without data, with the reason."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Window]]:
    """Address of a Prometheus with the recorded series, and their time window."""
    checkout = Checkout.of_local_stack(Path(tmp_path_factory.mktemp("dashboards")) / "project")
    checkout.stack_file.write_text(scaling_stack(2) + TEAM)
    folder = tmp_path_factory.mktemp("recorded")
    with brought_up(checkout):
        platform = Platform(checkout.folder / ".local")
        platform.import_client()
        started = time.time()
        platform.begin("vision", "count", "100000", "1s", gpu_of="l4")
        waits = client_pod("waits", ["count", "1", "1s"])
        waits["spec"]["nodeSelector"] = {"gpu-cluster/pool": "l40s"}  # the pool does not exist
        platform.api.create("/api/v1/namespaces/default/pods", waits)
        for clients, seconds in LOAD:
            with platform.load(clients):
                time.sleep(seconds)
        window = Window(started - 30, time.time())
        shutil.copytree(_volume(platform), folder / "live")
    data = blocks_of(folder / "live", folder / "data")
    add_synthetic(data, window, gpu_prices(pools_of(load(checkout.stack_file)), "eu-central-1"))
    with prometheus(data, lookback="30s") as url:
        yield url, window


def _volume(platform: Platform) -> Path:
    """Folder of this machine to which the platform's Prometheus writes."""
    volumes = platform.api.items("/api/v1/persistentvolumes")
    [found] = [it for it in volumes if it["spec"]["claimRef"]["namespace"] == "telemetry"]
    return Path(found["spec"]["hostPath"]["path"])


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_dashboard_expression_has_data(name: str, recorded: tuple[str, Window]) -> None:
    url, window = recorded
    board: dict[str, Any] = json.loads(dashboard_file(name))
    of_team = {"namespace": "vision"} if name == "team" else {}
    used = {it["name"] for it in board["templating"]["list"]}
    chosen = {key: value for key, value in {**CHOSEN, **of_team}.items() if key in used}

    panels = answers(board, asking(url), window, chosen)

    empty = {
        (it.panel["title"], expression)
        for it in panels
        for expression, series in it.by_expression.items()
        if not series
    }
    assert {title for title, _ in empty} == {title for of, title in NOT_HERE if of == name}, empty
    if os.environ.get("DASHBOARD_PICTURES"):
        _draw(name, board, panels, window)


def _draw(name: str, board: dict[str, Any], panels: list[AnsweredPanel], window: Window) -> None:
    from dashboards.pictures import draw  # needs the extra `pictures`

    draw(board, panels, window, picture(name))
    remember(name, board)
