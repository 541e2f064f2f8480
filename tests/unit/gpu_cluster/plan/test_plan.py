import socket
from pathlib import Path

import pytest

from gpu_cluster.plan import Plan, plan_of
from gpu_cluster.stack import StackFileError

PROJECT = Path(__file__).parents[4]
STACKS = [path.stem.removeprefix("Pulumi.") for path in (PROJECT / "stacks").glob("Pulumi.*.yaml")]


@pytest.fixture(scope="module", params=STACKS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return plan_of(PROJECT, request.param)


def test_plan_has_no_unknown_values(plan: Plan) -> None:
    assert [(resource.urn, path) for resource, path in plan.unknown()] == []


def test_plan_urns_have_the_name_of_the_stack(plan: Plan) -> None:
    assert {resource.urn.split("::")[0] for resource in plan.graph.resources} == {f"urn:pulumi:{plan.name}"}


def test_plan_is_deterministic(plan: Plan) -> None:
    again = plan_of(PROJECT, plan.name)

    assert {r.urn: r.inputs for r in again.graph.resources} == {r.urn: r.inputs for r in plan.graph.resources}


def test_plan_opens_no_network_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a plan opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert plan_of(PROJECT, "prod").outputs["pools"]["h100"]["gpus"]["nvidia.com/gpu"] == 8


def test_plan_requires_no_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    text = (PROJECT / "stacks" / "Pulumi.onprem.yaml").read_text()
    (tmp_path / "stacks" / "Pulumi.onprem.yaml").write_text(text)

    assert plan_of(tmp_path, "onprem").graph.only("DevicePlugin")


def test_plan_of_an_invalid_file_raises_stack_file_error(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.wrong.yaml").write_text("config: {gpu-cluster:pool: {}}")

    with pytest.raises(StackFileError, match="did you mean 'gpu-cluster:pools'"):
        plan_of(tmp_path, "wrong")
