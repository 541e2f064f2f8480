"""All verification checks, in order."""

from itertools import groupby

from gpu_cluster.stack import load_any
from gpu_cluster_tools.doctor.api_server import NoAnswerError, Object
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.verify.verify import verify
from tests.pains.platforms import STACKS, stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, nodes_of, pod

LOCAL = stack("local", {})
SIMULATED = {
    "/api/v1/nodes": listed(*nodes_of(LOCAL, simulated=True)),
    "/api/v1/namespaces/serving/pods": listed(pod("chat-a", "l4-0"), pod("chat-b", "l4-1")),
}


def test_groups_are_in_order() -> None:
    groups = [group for group, _ in groupby(verify(LOCAL, Cluster(SIMULATED)), key=lambda it: it.group)]
    assert groups == ["nodes", "driver", "models", "telemetry", "jobs"]


def test_simulated_nodes_skip_everything_that_needs_a_program() -> None:
    found = list(verify(LOCAL, Cluster(SIMULATED)))
    verdicts = {check.group: check.verdict for check in found}
    skip = CheckStatus.SKIP
    skipped = dict.fromkeys(("driver", "models", "telemetry", "jobs"), skip)
    assert verdicts == {"nodes": CheckStatus.OK, **skipped}
    assert not any(check.blocked for check in found)


def test_simulated_nodes_get_no_jobs() -> None:
    """The cluster of this test refuses to create anything."""
    cluster = Cluster({**SIMULATED, "/api/v1/pods": listed()})
    [jobs] = [check for check in verify(LOCAL, cluster, with_jobs=True) if check.group == "jobs"]
    assert (jobs.verdict, jobs.blocked) == (CheckStatus.SKIP, False)
    [jobs] = [check for check in verify(LOCAL, Cluster(SIMULATED), with_jobs=True) if check.group == "jobs"]
    assert jobs.blocked


def test_team_models_and_autoscalers_are_verified() -> None:
    team = load_any(STACKS / "Pulumi.prod-vision.yaml")
    path = "/api/v1/namespaces/vision/pods"
    denied = list(verify(team, Cluster()))
    assert [(check.name, check.blocked) for check in denied] == [("detect", True), ("detect", False)]
    waiting = list(verify(team, Cluster({path: listed(pod("detect-a", "l4-0", ready=False))})))
    assert {check.group: check.verdict for check in waiting} == {
        "models": CheckStatus.FAIL,
        "autoscaling": CheckStatus.FAIL,
    }


def test_missing_permission_to_list_nodes_blocks() -> None:
    [nodes] = [check for check in verify(LOCAL, Cluster()) if check.group == "nodes"]
    assert nodes.blocked


def test_unreachable_cluster_fails() -> None:
    class Silent(Cluster):
        def get(self, path: str) -> Object | None:
            raise NoAnswerError("the cluster does not answer")

    [found] = verify(LOCAL, Silent())
    assert (found.name, found.verdict) == ("connection", CheckStatus.FAIL)
