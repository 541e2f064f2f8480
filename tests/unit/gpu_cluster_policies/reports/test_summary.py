import pytest

from gpu_cluster_policies import pack_of
from gpu_cluster_policies.reports.summary import summary_of
from tests.unit.gpu_cluster_policies.reports.findings import POD, UNSEEN, judged, with_waiver

RULES = len(pack_of("elsewhere").rules)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (POD, "manifests: 2 findings stop an update, 1 advises"),
        ("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n", "manifests: clean"),
    ],
)
def test_summary_is_one_line(text: str, summary: str) -> None:
    assert summary_of(judged(text)) == f"{summary}; {RULES} rules on 1 resource"


def test_summary_counts_waived_findings() -> None:
    assert summary_of(with_waiver()) == (
        f"prod: 1 finding stops an update, 1 advises, 1 is waived; {RULES} rules on 1 resource"
    )


def test_summary_says_clean_only_if_everything_was_evaluated() -> None:
    times = "\N{MULTIPLICATION SIGN}"

    assert summary_of(judged(UNSEEN)) == (
        f"manifests: not judged: Queue {times} 1, document {times} 1; {RULES} rules on 1 resource"
    )
    assert summary_of(judged(f"{POD}---\n{UNSEEN}")) == (
        "manifests: 2 findings stop an update, 1 advises; "
        f"not judged: Queue {times} 1, document {times} 1; {RULES} rules on 2 resources"
    )
