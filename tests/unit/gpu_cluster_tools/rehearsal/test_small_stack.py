from pathlib import Path
from random import Random

from gpu_cluster.stack import load
from gpu_cluster_tools.rehearsal.small_stack import small_stack
from gpu_cluster_tools.rehearsal.stack_copy import StackCopy
from gpu_cluster_tools.rehearsal.stack_edits import changes_of


def test_random_stacks_are_valid_and_different(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.small.yaml"
    texts = [small_stack(Random(seed)) for seed in range(30)]
    for text in texts:
        file.write_text(text)
        assert load(file).cluster.provider == "eks"

    assert len(set(texts)) > 15
    assert 0 < sum("hubToken" in text for text in texts) < len(texts)
    assert small_stack(Random(3)) == texts[3]


def test_every_change_can_be_applied_to_some_stack(tmp_path: Path) -> None:
    copy = StackCopy(tmp_path / "Pulumi.small.yaml")
    made: set[tuple[str, ...]] = set()
    wanted: set[tuple[str, ...]] = set()
    for seed in range(8):
        text = small_stack(Random(seed))
        copy.path.write_text(text)
        for change in changes_of(load(copy.path)):
            wanted.add(change.keys)
            copy.path.write_text(text)
            if copy.put(change.keys, change.value):
                made.add(change.keys)

    assert made == wanted
