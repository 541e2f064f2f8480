import json

from gpu_cluster.config.compliance import Framework
from gpu_cluster.stack.declared import Declaration
from gpu_cluster_policies.compliance import assess
from gpu_cluster_policies.reports.compliance import compliance_json, compliance_markdown
from tests.unit.gpu_cluster_policies.reports.findings import UNSEEN, judged, with_waiver


def test_compliance_table_has_each_control_with_its_evidence() -> None:
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


def test_other_evidence_is_listed_once_for_all_its_controls() -> None:
    text = compliance_markdown([assess(judged(), Framework.CIS_EKS)])

    assert text.count("run kube-bench on a node") == 1
    assert "<code>3.1.1</code>, <code>3.1.2</code>" in text


def test_compliance_report_lists_waivers_with_owner_and_expiry() -> None:
    text = compliance_markdown([assess(with_waiver(), Framework.CIS_EKS)])

    assert "| platform | 2027-01-31 | It measures the network of &#60;its&#62; node. |" in text


def test_compliance_json_has_controls_evidence_and_waivers() -> None:
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


def test_compliance_report_lists_objects_not_evaluated() -> None:
    assessments = [assess(judged(UNSEEN), Framework.CIS_EKS)]
    text = compliance_markdown(assessments)

    assert "Not judged: Queue \N{MULTIPLICATION SIGN} 1, document \N{MULTIPLICATION SIGN} 1." in text
    assert "| Queue team/jobs | <code>pod.yaml:1</code> | no pod template found |" in text
    assert [it["kind"] for it in json.loads(compliance_json(assessments))[0]["notJudged"]] == [
        "Queue",
        "document",
    ]


def test_compliance_report_lists_declarations_of_the_stack_file() -> None:
    facts = [Declaration("gpu-cluster:cluster.addons.adot", "add-on adot v0.1.0-eksbuild.1")]
    assessment = assess(judged(), Framework.CIS_EKS, facts)

    text = compliance_markdown([assessment])
    assert "## Declared in the stack file" in text
    assert "| <code>gpu-cluster:cluster.addons.adot</code> | add-on adot v0.1.0-eksbuild.1 |" in text
    [content] = json.loads(compliance_json([assessment]))
    assert content["declared"] == [
        {"key": "gpu-cluster:cluster.addons.adot", "words": "add-on adot v0.1.0-eksbuild.1"}
    ]
