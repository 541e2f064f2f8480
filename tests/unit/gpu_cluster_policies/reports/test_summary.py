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
def test_it_is_summed_up_in_a_line(text: str, summary: str) -> None:
    assert summary_of(judged(text)) == f"{summary}; {RULES} rules on 1 resource"


def test_what_is_waived_is_counted() -> None:
    assert summary_of(with_waiver()) == (
        f"prod: 1 finding stops an update, 1 advises, 1 is waived; {RULES} rules on 1 resource"
    )


def test_clean_is_only_said_where_everything_was_judged() -> None:
    times = "\N{MULTIPLICATION SIGN}"

    assert summary_of(judged(UNSEEN)) == (
        f"manifests: not judged: Queue {times} 1, document {times} 1; {RULES} rules on 1 resource"
    )
    assert summary_of(judged(f"{POD}---\n{UNSEEN}")) == (
        "manifests: 2 findings stop an update, 1 advises; "
        f"not judged: Queue {times} 1, document {times} 1; {RULES} rules on 2 resources"
    )
