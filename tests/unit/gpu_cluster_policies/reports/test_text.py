from gpu_cluster_policies.reports import brief_text, plain_text
from gpu_cluster_policies.reports.summary import summary_of
from tests.unit.gpu_cluster_policies.reports.findings import POD, UNSEEN, judged, reviewed


def test_text_report_has_place_reason_and_fix_of_each_rule() -> None:
    first, *_, last = plain_text(judged()).split("\n\n")

    assert first == (
        "50-no-host-access stops: Pods use no host namespaces, host paths or host ports\n"
        "  pod.yaml:5 spec.hostNetwork\n"
        "    Pod team/work: spec.hostNetwork is true, should be false\n"
        "  why: Host namespaces, ports and paths bypass other rules and give access to other pods "
        "and the kubelet. (CKV_K8S_17; CKV_K8S_18; CKV_K8S_19; CKV_K8S_26; KSV-0008; KSV-0009; "
        "KSV-0010; KSV-0023; "
        "KSV-0024; CIS 4.2.2; CIS 4.2.3; CIS 4.2.4; Pod Security Baseline: "
        "Host Namespaces; Pod Security Baseline: HostPath Volumes; Pod Security Baseline: Host Ports)\n"
        "  fix: use a Service instead of a host port, and a class of gpu-cluster:storage instead of a host "
        "path; the device plugins of the platform are exempt"
    )
    assert last == f"{summary_of(judged())}\n"


def test_text_report_without_findings_is_one_line() -> None:
    clean = judged("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n")

    assert plain_text(clean) == f"{summary_of(clean)}\n"


def test_text_report_lists_objects_not_evaluated() -> None:
    named, last = plain_text(judged(UNSEEN)).split("\n\n")

    assert named == (
        "not judged: Queue \N{MULTIPLICATION SIGN} 1, document \N{MULTIPLICATION SIGN} 1\n"
        "  pod.yaml:1\n"
        "    Queue team/jobs: no pod template found\n"
        "  pod.yaml:5\n"
        "    pod.yaml: apiVersion and kind are missing; expected a Kubernetes object"
    )
    assert last == f"{summary_of(judged(UNSEEN))}\n"


def test_brief_report_has_one_line_per_rule_with_its_count() -> None:
    two = POD.replace("  hostNetwork: true\n", "  hostNetwork: true\n  hostPID: true\n")

    lines = brief_text(judged(two)).splitlines()

    [line] = [it for it in lines if "50-no-host-access" in it]
    assert line.split()[:3] == ["stops", "50-no-host-access", "2"]
    assert lines[-1] == summary_of(judged(two))


def test_text_report_counts_several_findings_of_a_rule() -> None:
    two = POD.replace("  hostNetwork: true\n", "  hostNetwork: true\n  hostPID: true\n")

    assert plain_text(judged(two)).splitlines()[0].endswith(" (2 findings)")


def test_text_report_lists_waived_objects_not_evaluated() -> None:
    [named, last] = plain_text(reviewed()).split("\n\n")

    assert named == (
        "not judged, waived: Queue \N{MULTIPLICATION SIGN} 1\n"
        "  pod.yaml:1\n"
        "    Queue team/jobs: no pod template found\n"
        "    waived by platform until 2027-01-31: The <operator> of queues creates no pods."
    )
    assert "clean; not judged, waived: Queue \N{MULTIPLICATION SIGN} 1; " in last
