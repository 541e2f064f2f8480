"""Rules on the objects that image prefetch and images with weights render."""

from pathlib import Path

from gpu_cluster.plan import planned
from gpu_cluster.stack import load
from gpu_cluster_policies.evaluate import evaluate_plan

PROJECT = Path(__file__).parents[2]
SERVING = "  gpu-cluster:serving:\n"
CACHE = "        cache: {size: 140Gi}\n"
REVISION = "        revision: 5ede1c97bbab6ce5cda5812749b4c0bdf79b18dd\n"
DIGEST = "@sha256:" + "0123456789abcdef" * 4


def _found(folder: Path, *edits: tuple[str, str]) -> set[tuple[str, str]]:
    text = (PROJECT / "stacks" / "Pulumi.prod.yaml").read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    file = folder / "Pulumi.prod.yaml"
    file.write_text(text)
    judged = evaluate_plan(planned(load(file), "prod"), PROJECT)
    return {(it.finding.rule.id, it.finding.resource) for it in judged.findings}


def test_prefetch_pods_break_no_rule(tmp_path: Path) -> None:
    assert _found(tmp_path, (SERVING, f"{SERVING}    prefetch: true\n")) == _found(tmp_path)


def test_weights_image_is_evaluated_like_a_container_image(tmp_path: Path) -> None:
    """Production requires a digest and an allowed registry; a team's ECR is allowed."""
    before = _found(tmp_path)

    def weights(name: str) -> set[tuple[str, str]]:
        image = f"        weightsImage: {name}\n"
        return _found(tmp_path, (CACHE, image), (REVISION, "")) - before

    server = "Deployment serving/code"
    assert weights("quay.io/prometheus/weights:1") == {("60-digest-pinned", server)}
    assert weights(f"quay.example.com/org/weights:1{DIGEST}") == {("61-allowed-registry", server)}
    assert weights(f"quay.io/prometheus/weights:1{DIGEST}") == set()
