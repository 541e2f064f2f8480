"""Conditions that prevent the Jobs from running."""

import pytest

from gpu_cluster.capacity import pools_of
from gpu_cluster_tools.doctor.api_server import ForbiddenError
from gpu_cluster_tools.verify import jobs as subject
from gpu_cluster_tools.verify.jobs import jobs, not_asked_for
from gpu_cluster_tools.verify.run_namespace import OccupiedError
from tests.pains.platforms import stack
from tests.unit.gpu_cluster_tools.verify.clusters import Cluster, listed, nodes_of

LOCAL = stack("local", {})
PODS = {"/api/v1/pods": listed()}


@pytest.mark.parametrize("error", [ForbiddenError("cannot create namespaces"), OccupiedError("another run")])
def test_run_without_its_namespace_is_blocked(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(subject, "RunNamespace", refuse)
    [found] = jobs(LOCAL, pools_of(LOCAL), nodes_of(LOCAL), Cluster(PODS))
    assert (found.blocked, found.found) == (True, str(error))


def test_jobs_that_were_not_requested_are_mentioned() -> None:
    assert not not_asked_for().blocked
    assert "--jobs" in not_asked_for().found
