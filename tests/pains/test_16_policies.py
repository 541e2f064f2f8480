"""Components whose parts no test sees, and policies that skip what they do not understand."""

from gpu_cluster.plan import Graph
from gpu_cluster_policies import UNKNOWN, NotEvaluated, Resource, pack_of
from tests.pains.platforms import of_package


def test_every_component_shows_its_children_and_outputs(graph: Graph) -> None:
    """No component is written in another language, whose children would be visible only to the engine."""
    packages = {it.type.partition(":")[0] for it in graph.resources}
    assert packages == {"gpu-cluster", "aws", "kubernetes", "pulumi"}
    own = [it for it in graph.resources if it.type.startswith("gpu-cluster:")]
    parents = {it.parent for it in graph.resources}
    assert [it.urn for it in own if it.urn not in graph.outputs] == []
    assert [it.urn for it in own if it.urn not in parents and it.inputs] == []


def test_policies_evaluate_every_object(graph: Graph, name: str) -> None:
    pack = pack_of(name)
    made = [it for it in of_package(graph, "kubernetes") if not it.type.endswith(":Chart")]
    objects = [Resource(it["kind"], it.inputs) for it in made]
    assert len(objects) > 10
    findings = pack.check(objects).findings
    assert [str(it) for it in findings if pack.stops(it.rule)] == []


def test_unknown_containers_are_not_evaluated_as_passing() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "train", "namespace": "team"}, "spec": {"containers": UNKNOWN}}
    findings = pack_of("prod").check([Resource("Pod", pod)]).findings
    judged = {it.rule.id for it in findings if isinstance(it, NotEvaluated)}
    assert {"49-not-privileged", "61-allowed-registry", "73-gpu-limits"} <= judged
