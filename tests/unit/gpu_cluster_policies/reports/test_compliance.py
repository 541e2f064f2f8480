import json

from gpu_cluster.config.compliance import Framework
from gpu_cluster.stack.declared import Declaration
from gpu_cluster_policies.compliance import assess
from gpu_cluster_policies.reports.compliance import compliance_json, compliance_markdown
from tests.unit.gpu_cluster_policies.reports.findings import UNSEEN, judged, with_waiver


def test_a_control_stands_in_a_row_with_its_evidence() -> None:
    lines = compliance_markdown([assess(judged(), Framework.CIS_EKS)]).splitlines()

    assert lines[0] == "# manifests: CIS Amazon EKS Benchmark 1.8.0"
    assert (
        "| <code>4.2.4</code> | No pods use the host network | broken "
        "| <code>50-no-host-access</code> broken: 1 finding, 1 looked at |"
    ) in lines
    assert (
        "| <code>4.2.1</code> | No privileged containers | held "
        "| <code>49-not-privileged</code> held, 1 looked at |"
    ) in lines
    assert (
        "| <code>3.1.1</code> | The kubelet kubeconfig has restrictive permissions "
        "| not covered by a rule |  |"
    ) in lines


def test_what_has_to_be_shown_otherwise_is_said_once_for_all_that_it_is_for() -> None:
    text = compliance_markdown([assess(judged(), Framework.CIS_EKS)])

    assert text.count("run kube-bench on a node") == 1
    assert "<code>3.1.1</code>, <code>3.1.2</code>" in text


def test_what_it_rests_on_is_said_by_whom_and_until_when() -> None:
    text = compliance_markdown([assess(with_waiver(), Framework.CIS_EKS)])

    assert "| platform | 2027-01-31 | It measures the network of &#60;its&#62; node. |" in text


def test_programs_get_the_same() -> None:
    [content] = json.loads(compliance_json([assess(with_waiver(), Framework.CIS_EKS)]))
    [control] = [it for it in content["controls"] if it["id"] == "4.2.4"]

    assert control["result"] == "waived"
    assert control["evidence"] == [
        {
            "rule": "50-no-host-access",
            "result": "waived",
            "subjects": 1,
            "findings": 0,
            "waivers": [
                {
                    "resource": "Pod team/work",
                    "owner": "platform",
                    "reason": "It measures the network of <its> node.",
                    "expires": "2027-01-31",
                }
            ],
            "exempt": [],
        }
    ]
    assert sum(content["summary"].values()) == len(content["controls"])


def test_what_was_not_judged_may_break_any_control() -> None:
    assessments = [assess(judged(UNSEEN), Framework.CIS_EKS)]
    text = compliance_markdown(assessments)

    assert "Not judged: Queue \N{MULTIPLICATION SIGN} 1, document \N{MULTIPLICATION SIGN} 1." in text
    assert "| Queue team/jobs | <code>pod.yaml:1</code> | no pod template found |" in text
    assert [it["kind"] for it in json.loads(compliance_json(assessments))[0]["notJudged"]] == [
        "Queue",
        "document",
    ]


def test_facts_of_the_stack_file_are_marked() -> None:
    facts = [Declaration("gpu-cluster:cluster.addons.adot", "add-on adot v0.1.0-eksbuild.1")]
    assessment = assess(judged(), Framework.CIS_EKS, facts)

    text = compliance_markdown([assessment])
    assert "## Declared in the stack file" in text
    assert "| <code>gpu-cluster:cluster.addons.adot</code> | add-on adot v0.1.0-eksbuild.1 |" in text
    [content] = json.loads(compliance_json([assessment]))
    assert content["declared"] == [
        {"key": "gpu-cluster:cluster.addons.adot", "words": "add-on adot v0.1.0-eksbuild.1"}
    ]
