import pytest

from gpu_cluster_policies import pack_of
from tests.unit.gpu_cluster_policies.reports.findings import POD, UNSEEN, judged, with_waiver

RULES = len(pack_of("elsewhere").rules)


def test_what_stops_comes_first_and_then_what_advises() -> None:
    found = [(shown.finding.rule.id, shown.stops) for shown in judged().findings]

    assert found == [("50-no-host-access", True), ("60-digest-pinned", True), ("55-read-only-root", False)]


def test_what_is_waived_stops_nothing() -> None:
    [waived] = with_waiver().waived

    assert (waived.finding.rule.id, waived.stops) == ("50-no-host-access", False)
    assert waived.waiver
    assert with_waiver().stopping == judged().stopping - 1


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (POD, "manifests: 2 findings stop an update, 1 advises"),
        ("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n", "manifests: clean"),
    ],
)
def test_it_is_summed_up_in_a_line(text: str, summary: str) -> None:
    assert judged(text).summary == f"{summary}; {RULES} rules on 1 resource"


def test_what_is_waived_is_counted() -> None:
    assert with_waiver().summary == (
        f"prod: 1 finding stops an update, 1 advises, 1 is waived; {RULES} rules on 1 resource"
    )


def test_clean_is_only_said_where_everything_was_judged() -> None:
    times = "\N{MULTIPLICATION SIGN}"

    assert judged(UNSEEN).summary == (
        f"manifests: not judged: Queue {times} 1, document {times} 1; {RULES} rules on 1 resource"
    )
    assert judged(f"{POD}---\n{UNSEEN}").summary == (
        "manifests: 2 findings stop an update, 1 advises; "
        f"not judged: Queue {times} 1, document {times} 1; {RULES} rules on 2 resources"
    )
