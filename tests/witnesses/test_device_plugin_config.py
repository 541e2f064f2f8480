"""The device plugin's own parser on every rendered configuration, and on invalid ones."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gpu_cluster.capacity import GPU_RESOURCE, Handover, Pool, pools_of
from gpu_cluster.config.pools import Sharing
from gpu_cluster.kubernetes.gpu import DevicePlugin, plugin_config
from gpu_cluster.plan import Graph
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import HAPPY
from tests.unit.graph import graph_of
from tests.witnesses.device_plugin import Asked, Read, read

pytestmark = pytest.mark.engine

MPS_ROOT = {"MPS_ROOT": "/run/nvidia/mps"}


@dataclass(frozen=True)
class Rendered:
    """The configuration of a pool, as in its DaemonSet."""

    where: str
    pool: Pool
    asked: Asked


def _rendered(path: Path) -> Iterator[Rendered]:
    stack = load(path)
    pools = pools_of(stack)
    graph = graph_of(
        lambda: DevicePlugin("gpu", pools, gpus=True, mirror=None, region=stack.region or "eu-central-1")
    )
    for name, pool in pools.items():
        if pool.gpus and pool.handover is not Handover.SYSTEM:
            yield Rendered(f"{path.stem} {name}", pool, _asked(graph, name))


def _asked(graph: Graph, pool: str) -> Asked:
    [container] = graph.get("DaemonSet", f"nvidia-device-plugin-{pool}")["spec.template.spec"]["containers"]
    config = graph.get("ConfigMap", "nvidia-device-plugin")["data"][pool]
    return Asked(config, {each["name"]: each["value"] for each in container["env"]})


@pytest.fixture(scope="module")
def rendered() -> list[tuple[Rendered, Read]]:
    every = [each for path in HAPPY for each in _rendered(path)]
    return list(zip(every, read([each.asked for each in every]), strict=True))


def test_plugin_accepts_every_rendered_configuration(rendered: list[tuple[Rendered, Read]]) -> None:
    assert {each.where: said.error for each, said in rendered if said.error} == {}
    ways = {
        way
        for each, _ in rendered
        for way in ("time_slicing", "mps", "mig")
        if each.pool.sharing and getattr(each.pool.sharing, way)
    }
    assert ways == {"time_slicing", "mps", "mig"}, "the stacks have pools of every kind"


def test_plugin_offers_the_resources_that_the_plan_expects(rendered: list[tuple[Rendered, Read]]) -> None:
    for each, said in rendered:
        if each.pool.sharing and each.pool.sharing.mig:
            assert (said.config["flags"]["migStrategy"], said.replicas) == ("mixed", {}), each.where
            continue
        times = said.replicas or {GPU_RESOURCE: 1}
        offered = {resource: count * each.pool.gpus for resource, count in times.items()}
        assert offered == dict(each.pool.gpu_resources), each.where


def test_plugin_refuses_pods_that_request_two_shares_of_a_gpu(rendered: list[tuple[Rendered, Read]]) -> None:
    for each, said in rendered:
        sharing = said.config["sharing"]
        ways = sharing.get("mps") or sharing["timeSlicing"]
        assert bool(ways.get("failRequestsGreaterThanOne")) == bool(said.replicas), each.where


def test_plugin_uses_the_device_list_strategy_of_the_pool(rendered: list[tuple[Rendered, Read]]) -> None:
    for each, said in rendered:
        strategies = said.config["flags"]["plugin"]["deviceListStrategy"]
        assert strategies == [each.pool.handover.value], each.where


Document = dict[str, Any]


def _replicas(times: int) -> Callable[[Document], None]:
    def change(config: Document) -> None:
        config["sharing"]["timeSlicing"]["resources"][0]["replicas"] = times

    return change


def _mps_and_mig(config: Document) -> None:
    config["flags"]["migStrategy"] = "mixed"
    config["sharing"] = {"mps": config["sharing"]["timeSlicing"]}


def _misspelled(config: Document) -> None:
    config["sharing"]["timeslicing"] = config["sharing"].pop("timeSlicing")


def _no_resources(config: Document) -> None:
    config["sharing"]["timeSlicing"]["resources"] = []


def _unknown_handover(config: Document) -> None:
    config["flags"]["plugin"] = {"deviceListStrategy": ["cdi"]}


@pytest.mark.parametrize(
    ("wrong", "says", "settings", "ours"),
    [
        (_replicas(1), "must be >= 2", {"timeSlicing": 1}, "greater than or equal to 2"),
        (_replicas(0), "must be >= 2", {"timeSlicing": 0}, "greater than or equal to 2"),
        (_mps_and_mig, "not supported with MIG", {"mps": 4, "mig": {"1g.10gb": 7}}, "expected exactly one"),
        (_misspelled, "unknown key: sharing.timeslicing", {"timeslicing": 4}, "timeslicing"),
        (_no_resources, "no resources specified", {}, "expected exactly one"),
        (_unknown_handover, "invalid strategy", None, ""),
    ],
    ids=["one replica", "none", "MPS with MIG", "misspelled", "nothing to share", "no such handover"],
)
def test_plugin_and_stack_file_both_refuse_invalid_settings(
    wrong: Callable[[Document], None], says: str, settings: Document | None, ours: str
) -> None:
    config = copy.deepcopy(json.loads(plugin_config(Sharing(time_slicing=4))))
    wrong(config)

    [said] = read([Asked(json.dumps(config), MPS_ROOT)])

    assert says in (said.error or "")
    if settings is None:
        with pytest.raises(ValueError, match="cdi"):
            Handover("cdi")
        return
    with pytest.raises(ValidationError, match=ours):
        Sharing.model_validate(settings)


def test_mps_without_its_root_folder_is_refused() -> None:
    config = plugin_config(Sharing(mps=4))

    with_root, without = read([Asked(config, MPS_ROOT), Asked(config, {})])

    assert with_root.error is None
    assert "needs an MPS root" in (without.error or "")


def test_environment_variable_overrides_the_file() -> None:
    [said] = read([Asked(plugin_config(Sharing(mig={"1g.10gb": 7})), {"MIG_STRATEGY": "none"})])

    assert said.config["flags"]["migStrategy"] == "none"
