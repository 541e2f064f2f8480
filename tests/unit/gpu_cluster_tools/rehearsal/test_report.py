from gpu_cluster_tools.rehearsal.report import RehearsalReport, StepResult


def test_failed_step_lists_its_findings() -> None:
    step = StepResult(
        "preview", "1 update", ("update Deployment chat\n  replicas: 1 -> 2",), ("a note",), 3.21
    )

    assert step.as_text().splitlines() == [
        "FAIL  preview      3.2 s  1 update",
        "      update Deployment chat",
        "        replicas: 1 -> 2",
        "      a note",
    ]


def test_report_passes_only_if_every_step_passes() -> None:
    report = RehearsalReport("dev", "eks", resources=3)
    report.steps.append(StepResult("up", "3 create", (), (), 1.0))
    assert report.held
    assert report.as_text() == "dev: all steps passed; 1 steps in 1 s"

    report.steps.append(StepResult("left", "", ("in the cluster: pods/default/odd",), (), 0.5))
    assert not report.held
    assert report.as_text() == "dev: failed: left; 2 steps in 2 s"
    assert report.as_json()["steps"][1]["findings"] == ("in the cluster: pods/default/odd",)
