from gpu_cluster_policies.markup import LIMIT
from gpu_cluster_policies.reports import markdown_text
from tests.unit.gpu_cluster_policies.reports.findings import POD, UNSEEN, judged, reviewed, with_waiver


def test_markdown_report_folds_each_rule() -> None:
    text = markdown_text(judged())

    assert text.startswith("### Policies: manifests: 2 findings stop an update, 1 advises;")
    title = "Pods use no host namespaces, host paths or host ports"
    assert f"<summary>⛔ <code>50-no-host-access</code> {title}</summary>" in text
    assert "<summary>⚠️ <code>55-read-only-root</code>" in text
    assert text.count("<details>") == text.count("</details>") == 3
    assert "<code>pod.yaml:5 spec.hostNetwork</code>" in text


def test_markdown_report_lists_waivers_in_a_table() -> None:
    text = markdown_text(with_waiver())

    assert "<summary>1 waived</summary>" in text
    assert "| platform | 2027-01-31 | It measures the network of &#60;its&#62; node. |" in text


def test_markdown_report_escapes_text_of_manifests() -> None:
    text = markdown_text(judged(POD.replace("nvcr.io/nvidia/cuda:13.0", '"</details><b>@everyone</b>"')))

    assert "<b>" not in text
    assert text.count("</details>") == text.count("<details>")


def test_markdown_report_fits_the_comment_limit() -> None:
    pods = [POD.replace("name: work,", f"name: work-{number},") for number in range(600)]

    text = markdown_text(judged("---\n".join(pods)))

    assert len(text) <= LIMIT
    assert "are not shown" in text


def test_markdown_report_lists_objects_not_evaluated() -> None:
    text = markdown_text(judged(UNSEEN))

    assert "<summary>❔ not judged: Queue \N{MULTIPLICATION SIGN} 1, document" in text
    assert "| Queue team/jobs | <code>pod.yaml:1</code> | no pod template found |" in text


def test_markdown_report_lists_waived_objects_not_evaluated_in_a_table() -> None:
    text = markdown_text(reviewed())

    assert "<summary>not judged, waived: Queue \N{MULTIPLICATION SIGN} 1</summary>" in text
    assert (
        "| Queue team/jobs | no pod template found | platform | 2027-01-31 | The &#60;operator&#62; of"
        in text
    )
