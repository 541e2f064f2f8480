from pathlib import Path

from gpu_cluster.stack import load
from gpu_cluster.stack.notes import notes_of

FILE = """
config:
  gpu-cluster:cluster: {provider: existing}
  gpu-cluster:pools: {l4: {instance: g6.xlarge, nodes: 1}}
  gpu-cluster:teams: {vision: {gpus: {l4: 1}, members: ["group:vision"]}}
  gpu-cluster:extras:
    manifests: [MANIFESTS]
    charts:
      made: {chart: "oci://example.com/made", version: 1.0.0, namespace: made}
      of-team: {chart: "oci://example.com/of-team", version: 1.0.0, namespace: vision}
      plain: {chart: "oci://example.com/plain", version: 1.0.0}
      brings: {chart: CHART, namespace: brings}
      lacks: {chart: "oci://example.com/lacks", version: 1.0.0, namespace: lacks}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: made}\n"


def test_only_a_chart_whose_namespace_nothing_creates_is_reported(tmp_path: Path) -> None:
    manifest, chart = tmp_path / "made.yaml", tmp_path / "chart"
    manifest.write_text(NAMESPACE)
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: brings\nversion: 1.0.0\n")
    (chart / "templates" / "namespace.yaml").write_text(NAMESPACE)
    file = tmp_path / "Pulumi.site.yaml"
    file.write_text(FILE.replace("MANIFESTS", str(manifest)).replace("CHART", str(chart)))

    notes = [note for note in notes_of(load(file)) if note.startswith("chart ")]

    assert notes == [
        "chart lacks: no manifest creates namespace lacks, and the update fails unless the chart or "
        "the cluster has it; hint: add a Namespace to gpu-cluster:extras.manifests"
    ]
