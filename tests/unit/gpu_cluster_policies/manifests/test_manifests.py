"""Plain manifests: objects, lines of properties and errors, all reported at once."""

from pathlib import Path

import pytest

from gpu_cluster_policies import pack_of
from gpu_cluster_policies.manifests.manifests import ManifestError, contents_of, manifests_in

POD = b"""\
# A pod that shares the network of its node.
apiVersion: v1
kind: Pod
metadata: {name: work, namespace: team}
spec:
  hostNetwork: true
  containers:
    - name: work
      image: nvcr.io/nvidia/cuda:13.0
"""
MAP = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: team}\n"


def _places(contents: dict[str, bytes], rule: str) -> list[str]:
    manifests = manifests_in(contents)
    findings = pack_of("elsewhere").check(manifests.resources).findings
    return [str(manifests.of(finding)) for finding in findings if finding.rule.id == rule]


def _diagnostics(contents: dict[str, bytes]) -> list[str]:
    with pytest.raises(ManifestError) as raised:
        manifests_in(contents)
    return str(raised.value).splitlines()


def _addresses(contents: dict[str, bytes]) -> list[str]:
    return [resource.address for resource in manifests_in(contents).resources]


def test_finding_has_the_line_of_its_property() -> None:
    assert _places({"pod.yaml": POD}, "50-no-host-access") == ["pod.yaml:6 spec.hostNetwork"]


def test_finding_for_a_missing_property_has_the_line_of_its_parent() -> None:
    assert _places({"pod.yaml": POD}, "57-cpu-and-memory") == [
        "pod.yaml:8 spec.containers[0].resources.requests.cpu",
        "pod.yaml:8 spec.containers[0].resources.requests.memory",
        "pod.yaml:8 spec.containers[0].resources.limits.memory",
    ]


def test_line_numbers_continue_across_documents_of_a_file() -> None:
    text = b"---\n" + MAP + b"---\n---\n" + POD

    assert _addresses({"all.yaml": text}) == ["ConfigMap team/settings", "Pod team/work"]
    assert _places({"all.yaml": text}, "50-no-host-access") == ["all.yaml:12 spec.hostNetwork"]


def test_finding_for_a_namespace_has_the_line_of_the_namespace() -> None:
    text = MAP + b"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"

    assert {place.partition(" ")[0] for place in _places({"all.yaml": text}, "64-default-deny")} == {
        "all.yaml:5"
    }


def test_nested_lists_are_flattened_into_objects() -> None:
    text = b"""\
{
\t"apiVersion": "v1", "kind": "List",
\t"items": [
\t\t{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {}}]},
\t\t{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}}
\t]
}"""

    assert _addresses({"list.json": text}) == ["Pod (no name)", "Node a"]
    assert _places({"list.json": text}, "63-own-namespace") == ["list.json:4 metadata.namespace"]


def test_object_in_two_files_has_findings_in_both() -> None:
    assert _places({"a.yaml": POD, "b.yaml": b"\n" + POD}, "50-no-host-access") == [
        "a.yaml:6 spec.hostNetwork",
        "b.yaml:7 spec.hostNetwork",
    ]


def test_errors_of_all_files_are_reported_at_once() -> None:
    contents = {
        "kind.yaml": b"apiVersion: apps/v1\nkind: Deploymnt\n",
        "twice.yaml": b"apiVersion: v1\nkind: Pod\nspec: {}\nspec: {}\n",
        "half.yaml": b"kind: Pod\n",
        "broken.yaml": b"kind: [Pod\n",
        "empty.yaml": b"# nothing\n",
        "latin.yaml": b"kind: P\xf6d\n",
    }

    assert _diagnostics(contents) == [
        "kind.yaml:2 kind: unknown kind 'Deploymnt', did you mean 'Deployment'?",
        "twice.yaml:4 spec: given twice, first on line 3",
        "half.yaml:1 apiVersion: required text is missing; expected a Kubernetes object",
        "broken.yaml:2 not valid YAML: expected ',' or ']', but got '<stream end>'; a bracket or brace is "
        "not closed, or a comma is missing",
        "latin.yaml:1 not UTF-8: byte 0xf6",
    ]


def _unread(contents: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(it.kind, str(it.place)) for it in manifests_in(contents).unread]


def test_documents_that_are_no_objects_are_listed_and_the_rest_evaluated() -> None:
    contents = {
        "pod.yaml": POD,
        "list.yaml": b"---\n- 1\n",
        "values.yaml": b"replicas: 3\n---\n" + MAP,
        "chart/Chart.yaml": b"apiVersion: v2\nname: chart\nversion: 1.0.0\n",
        "chart/templates/a.yaml": b"{{- if .Values.on }}\nkind: Pod\n{{- end }}\n",
        "chart/templates/b.yaml": b"apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n",
        "k/kustomization.yaml": b"resources: [../pod.yaml]\n",
        "k/base.yml": b"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        "workflow.yml": b"on: push\n",
        "empty.yaml": b"# nothing\n",
    }

    assert _unread(contents) == [
        ("document", "list.yaml:2"),
        ("document", "values.yaml:1"),
        ("Helm chart", "chart/Chart.yaml:1"),
        ("Helm template", "chart/templates/a.yaml:1"),
        ("Helm template", "chart/templates/b.yaml:3"),
        ("kustomization", "k/kustomization.yaml:1"),
        ("kustomization", "k/base.yml:1"),
        ("document", "workflow.yml:1"),
    ]
    assert _addresses(contents) == ["Pod team/work", "ConfigMap team/settings"]


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("kind: List\nitems: {a: 1}", "items: expected a list of objects, got a mapping"),
        ("kind: PodList\nitems: no", "items: expected a list of objects, got false"),
        ("kind: List\nitems: [1]", "items[0]: expected an object with apiVersion and kind"),
        ("kind: Pod\nmetadata: [a]", "metadata: expected a mapping, got a list"),
        (
            "kind: Pod\nmetadata: {name: 123}",
            "metadata.name: expected text, got the number 123; write it in quotes",
        ),
        (
            "kind: Pod\nmetadata: {namespace: no}",
            "metadata.namespace: expected text, got false; write it in quotes",
        ),
        (
            "kind: Pod\nmetadata: {labels: {a: on}}",
            "metadata.labels.a: expected text, got true; write it in quotes",
        ),
        (
            "kind: Pod\nmetadata: {annotations: [a]}",
            "metadata.annotations: expected a mapping of text values, got a list",
        ),
    ],
)
def test_manifest_of_wrong_structure_is_rejected(manifest: str, message: str) -> None:
    [said] = _diagnostics({"a.yaml": f"apiVersion: v1\n{manifest}\n".encode()})

    assert said.partition(" ")[2] == message


def test_empty_files_are_rejected_if_all_files_are_empty() -> None:
    assert _diagnostics({"a.yaml": b"", "b.yaml": b"# nothing\n"}) == [
        "a.yaml:1 the file is empty",
        "b.yaml:1 the file is empty",
    ]


def test_list_kind_with_other_content_is_an_object() -> None:
    text = (
        b"apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nitems: []\nspec: {template: {}}\n"
    )

    assert _addresses({"a.yaml": text}) == ["AllowList a"]


def test_list_of_a_thousand_objects_is_read() -> None:
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [%s]}}'
    containers = ", ".join('{"name": "a", "image": "b", "args": [1, 2, 3, 4, 5, 6, 7, 8]}' for _ in range(9))
    items = ",\n".join(pod % containers for _ in range(1_100))
    text = f'{{"apiVersion": "v1", "kind": "List", "items": [\n{items}]}}'

    manifests = manifests_in({"list.json": text.encode(), "list.yaml": f"# YAML\n{text}".encode()})

    assert len(manifests.resources) == 2_200


def test_unknown_kind_of_a_built_in_group_is_rejected() -> None:
    [diagnostic] = _diagnostics({"a.yaml": b"apiVersion: batch/v1\nkind: Workflow\n"})

    assert diagnostic == "a.yaml:2 kind: unknown kind 'Workflow'; batch/v1 has CronJob, Job"


def test_kinds_of_other_groups_are_accepted() -> None:
    text = b"apiVersion: example.com/v1\nkind: Queue\nmetadata: {name: all}\n"

    assert _addresses({"a.yaml": text}) == ["Queue all"]


def test_folder_is_read_recursively(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("deep/a.yaml", "b.yml", "c.json", "notes.md"):
        (tmp_path / name).write_bytes(MAP)

    assert [Path(name).name for name in contents_of([tmp_path])] == ["b.yml", "c.json", "a.yaml"]


def test_missing_file_and_empty_folder_are_reported(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(POD)
    (tmp_path / "empty").mkdir()

    with pytest.raises(ManifestError) as raised:
        contents_of([tmp_path / "pood.yaml", tmp_path / "empty"])

    assert str(raised.value).splitlines() == [
        f"{tmp_path}/pood.yaml:1 no such file or folder, did you mean 'pod.yaml'?",
        f"{tmp_path}/empty:1 no .yaml, .yml, .json file in this folder",
    ]


def test_missing_and_invalid_files_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(b"kind: [\n")

    with pytest.raises(ManifestError) as raised:
        contents_of([tmp_path / "none.yaml", tmp_path / "pod.yaml"])

    missing, invalid = str(raised.value).splitlines()
    assert missing.startswith(f"{tmp_path}/none.yaml:1 no such file")
    assert invalid.startswith(f"{tmp_path}/pod.yaml:2 not valid YAML")
