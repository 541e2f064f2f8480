from tests.unit.gpu_cluster_policies.reports.findings import judged, with_waiver


def test_mandatory_findings_come_before_advisory_findings() -> None:
    found = [(shown.finding.rule.id, shown.stops) for shown in judged().findings]

    assert found == [("50-no-host-access", True), ("60-digest-pinned", True), ("55-read-only-root", False)]


def test_waived_finding_does_not_stop_an_update() -> None:
    [waived] = with_waiver().waived

    assert (waived.finding.rule.id, waived.stops) == ("50-no-host-access", False)
    assert waived.waiver
    assert with_waiver().stopping == judged().stopping - 1
