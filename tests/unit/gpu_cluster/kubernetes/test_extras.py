"""Manifests and charts of a stack: resources, order and rule evaluation."""

import shutil
from pathlib import Path

import pulumi
import pytest
from ruamel.yaml import YAML

from gpu_cluster.plan import Graph, planned
from gpu_cluster.stack import StackFileError, load
from gpu_cluster.stack.declared import declared
from gpu_cluster.stack.document import Document, read_all
from gpu_cluster.stack.manifests import manifests_of
from gpu_cluster_policies.not_judged import not_judged
from gpu_cluster_policies.plan_adapter import resources_of
from gpu_cluster_tools.rehearsal.stack_copy import StackCopy
from tests.unit.platforms import platform_of

STACKS = Path(__file__).parents[4] / "tests" / "stacks"
STACK = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools: {cpu: {instance: m7i.xlarge, nodes: 1}}
  gpu-cluster:extras:
    manifests: [manifests/extras]
    charts:
      small: {chart: ./manifests/chart, values: {words: hi}}
      redis: {chart: "oci://charts.example.com/redis", version: 1.2.3, namespace: cache}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    shutil.copytree(STACKS / "manifests", tmp_path / "manifests")
    (tmp_path / "stacks").mkdir()
    path = tmp_path / "stacks" / "Pulumi.x.yaml"
    path.write_text(STACK)
    return path


@pytest.fixture
def graph(file: Path) -> Graph:
    return platform_of(load(file))[0]


def test_each_manifest_object_and_chart_is_a_child_of_extras(graph: Graph) -> None:
    [extras] = graph.of("Extras")
    below = {it.name: it.type for it in graph.resources if it.parent == extras.urn}

    assert below["platform-extras-namespace-greeting"] == "kubernetes:core/v1:Namespace"
    assert below["platform-extras-configmap-greeting-words"] == "kubernetes:core/v1:ConfigMap"
    assert below["platform-extras-deployment-greeting-server"] == "kubernetes:apps/v1:Deployment"
    assert below["platform-extras-small"] == "kubernetes:helm.sh/v4:Chart"


def test_objects_of_equal_kind_and_name_in_two_api_groups_are_distinct(file: Path) -> None:
    """Their types differ in the URN, so the names of objects on record stay as they are."""
    documents = [
        f"apiVersion: {version}\nkind: Backup\nmetadata: {{name: nightly}}\n"
        for version in ("postgresql.cnpg.io/v1", "velero.io/v1")
    ]
    (file.parents[1] / "manifests" / "extras" / "backups.yaml").write_text("---\n".join(documents))

    found = [it for it in platform_of(load(file))[0].resources if it.name == "platform-extras-backup-nightly"]
    assert {it.type for it in found} == {
        "kubernetes:postgresql.cnpg.io/v1:Backup",
        "kubernetes:velero.io/v1:Backup",
    }
    assert len({it.urn for it in found}) == 2


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            "{namespace: b, name: c}",
            "ConfigMap c has the logical name configmap-b-c of manifests/extras/a.yaml:1",
        ),
        ("{namespace: default, name: b-c}", "ConfigMap b-c is in manifests/extras/a.yaml:1 already"),
    ],
)
def test_two_objects_with_one_logical_name_are_rejected(
    file: Path, second: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parents[1])
    extras = file.parents[1] / "manifests" / "extras"
    for name, metadata in {"a": "{name: b-c}", "b": second}.items():
        (extras / f"{name}.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\n")

    with pytest.raises(StackFileError, match=message):
        load(file)


def test_manifest_file_is_parsed_once_for_load_and_plan(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def noted(text: str) -> list[Document]:
        parsed.append(text)
        return read_all(text)

    manifest = file.parents[1] / "manifests" / "extras" / "own.yaml"
    manifest.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: parsed-once}\n")
    monkeypatch.setattr("gpu_cluster.stack.manifests.read_all", noted)

    stack = load(file)
    planned(stack, "x")
    declared(stack)

    assert parsed.count(manifest.read_text()) == 1


def test_manifest_objects_wait_for_their_namespace(graph: Graph) -> None:
    [server] = [it for it in graph.resources if it.name.endswith("deployment-greeting-server")]
    [room] = [it for it in graph.resources if it.name.endswith("namespace-greeting")]

    assert room.urn in server.dependencies


def test_custom_resources_wait_for_charts(file: Path) -> None:
    """A chart may install their definitions, webhooks and the controller that removes their finalizers."""
    _add_queue(file)
    graph, _ = platform_of(load(file))

    queue = graph.get("LocalQueue", "l4")
    assert all(graph.waits_for(queue, chart) for chart in graph.of("v4:Chart"))
    assert not any(graph.waits_for(graph.get("v1:ConfigMap", "words"), it) for it in graph.of("v4:Chart"))


def test_chart_waits_for_charts_and_manifests_in_after(file: Path) -> None:
    _add_queue(file)
    file.write_text(
        f"{STACK}      needing: {{chart: ./manifests/chart, after: [small, manifests]}}\n"
        "      last: {chart: ./manifests/chart, after: [needing]}\n"
    )
    graph, _ = platform_of(load(file))

    charts = {it.name.rpartition("-")[2]: it for it in graph.of("v4:Chart")}
    queue, words = graph.get("LocalQueue", "l4"), graph.get("v1:ConfigMap", "words")
    assert all(graph.waits_for(charts["last"], it) for it in (charts["needing"], charts["small"], queue))
    assert all(graph.waits_for(charts["needing"], it) for it in (charts["small"], queue, words))
    assert graph.waits_for(queue, charts["small"])
    assert not graph.waits_for(charts["redis"], charts["small"])


def test_manifest_objects_wait_for_team_namespaces(file: Path) -> None:
    (file.parents[1] / "manifests" / "extras" / "role.yaml").write_text(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: theirs, namespace: vision}}"
    )
    file.write_text(f"{STACK}  gpu-cluster:teams: {{vision: {{members: [ada]}}}}\n")
    graph, _ = platform_of(load(file))

    assert graph.waits_for(graph.get("v1:ConfigMap", "theirs"), graph.get("v1:Namespace", "vision"))


def test_chart_has_its_version_namespace_and_values(graph: Graph) -> None:
    charts = {it.name: it.inputs for it in graph.of("v4:Chart")}

    assert charts["platform-extras-redis"]["version"] == "1.2.3"
    assert charts["platform-extras-redis"]["namespace"] == "cache"
    assert charts["platform-extras-small"]["values"] == {"words": "hi"}
    assert Path(charts["platform-extras-small"]["chart"]).is_absolute()


def test_manifest_objects_are_evaluated_and_charts_reported_as_not_evaluated(file: Path) -> None:
    resources = resources_of(planned(load(file), "x").graph)

    unseen = [it.resource for resource in resources if (it := not_judged(resource))]
    assert sorted(unseen) == ["chart platform-extras-redis", "chart platform-extras-small"]
    [server] = [it for it in resources if it.kind == "Deployment" and it.name == "server"]
    assert server.pods


def test_stack_copy_resolves_manifests_and_charts_of_the_original(file: Path, tmp_path: Path) -> None:
    copied = tmp_path / "sandbox" / "stacks" / "Pulumi.x.yaml"
    copied.parent.mkdir(parents=True)

    StackCopy(copied).take(file)

    extras = YAML(typ="safe", pure=True).load(copied)["config"]["gpu-cluster:extras"]  # pyright: ignore[reportUnknownMemberType]
    assert len(manifests_of(extras["manifests"])) == 3
    assert load(copied).extras.charts["small"].chart == str(tmp_path / "manifests" / "chart")


def test_manifest_that_repeats_a_platform_object_is_rejected_with_its_line(file: Path) -> None:
    graph = planned(load(file), "x").graph
    made = next(it for it in graph.of("Deployment") if it.inputs["metadata"]["namespace"] == "telemetry")
    name = made.inputs["metadata"]["name"]
    kind = "apiVersion: apps/v1, kind: Deployment"
    spec = "spec: {selector: {}, template: {spec: {containers: []}}}"
    (file.parents[1] / "manifests" / "extras" / "same.yaml").write_text(
        f"{{{kind}, metadata: {{name: {name}, namespace: default}}, {spec}}}\n"
        f"---\n{{{kind}, metadata: {{name: {name}, namespace: telemetry}}, {spec}}}\n"
    )

    with pytest.raises(StackFileError) as error:
        planned(load(file), "x")

    [problem] = error.value.problems
    assert problem.file.endswith("manifests/extras/same.yaml")
    assert problem.line == 3
    already = f"is an object of the platform already, {made.name}; remove it"
    assert problem.message == f"Deployment telemetry/{name} {already}"


def test_platform_in_a_custom_program_rejects_a_repeated_object(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The monitor is replaced because mocks do not count as an engine."""
    monkeypatch.setattr("gpu_cluster.repeated_objects.get_monitor", object)
    platform_of(load(file))  # no repeated object
    (file.parents[1] / "manifests" / "extras" / "same.yaml").write_text(
        "---\n{apiVersion: v1, kind: Namespace, metadata: {name: telemetry}}\n"
    )

    with pytest.raises(
        pulumi.RunError, match=r"same.yaml:2 Namespace telemetry is an object of the platform"
    ):
        platform_of(load(file))


def test_manifest_with_mistyped_or_missing_values_is_rejected_at_each_key(file: Path) -> None:
    """The API server refuses them, and a price or a quota cannot be worked out from them."""
    (file.parents[1] / "manifests" / "extras" / "wrong.yaml").write_text(
        "apiVersion: apps/v1\n"
        "kind: Deployment\n"
        "metadata: {name: web, labels: {tier: 1}}\n"
        "spec:\n"
        "  replicas: three\n"
        "---\n"
        "apiVersion: autoscaling/v2\n"
        "kind: HorizontalPodAutoscaler\n"
        "metadata: {name: web}\n"
        "spec: {scaleTargetRef: Deployment}\n"
    )

    with pytest.raises(StackFileError) as error:
        load(file)

    assert [it.message.rpartition("wrong.yaml:")[2] for it in error.value.problems] == [
        "3 metadata.labels.tier: expected text, got 1",
        "4 spec.template: expected keys and values, got nothing",
        '5 spec.replicas: expected a whole number, got "three"',
        "10 spec.maxReplicas: expected a whole number, got nothing",
        '10 spec.scaleTargetRef: expected keys and values, got "Deployment"',
    ]


def _add_queue(file: Path) -> None:
    path = file.parents[1] / "manifests" / "extras" / "queue.yaml"
    path.write_text(
        "{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: l4, namespace: vision}}"
    )
