"""Evaluations of a pod that violates rules, for tests of reports."""

from dataclasses import replace
from datetime import date

from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_policies.manifests.manifests import manifests_in
from gpu_cluster_policies.pack import Waived, strictest
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.waivers import Waiver, Waivers

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: work, namespace: team}
spec:
  hostNetwork: true
  serviceAccountName: work
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: work
      image: nvcr.io/nvidia/cuda:13.0
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}
  restartPolicy: Never
"""
UNSEEN = """\
apiVersion: example.com/v1
kind: Queue
metadata: {name: jobs, namespace: team}
---
replicas: 3
"""
"""A kind without rules, and a document that is no Kubernetes object."""

WAIVER = Waiver.model_construct(
    rule="50-no-host-access",
    resource="Pod team/work",
    stacks=("prod",),
    owner="platform",
    reason="It measures the network of <its> node.",
    expires=date(2027, 1, 31),
)
REVIEWED = Waiver.model_construct(
    rule="not-judged",
    resource="Queue *",
    stacks=("*",),
    owner="platform",
    reason="The <operator> of queues creates no pods.",
    expires=date(2027, 1, 31),
)


def judged(text: str = POD, name: str = "pod.yaml") -> Evaluation:
    return evaluate_manifests({name: text.encode()}, None)


def with_waiver(text: str = POD) -> Evaluation:
    """Evaluation of the pod with a waiver for its host network."""
    manifests = manifests_in({"pod.yaml": text.encode()})
    pack = strictest()
    report = pack.check(manifests.resources)
    waived = [finding for finding in report.findings if finding.rule.id == WAIVER.rule]
    kept = [finding for finding in report.findings if finding.rule.id != WAIVER.rule]
    report = replace(
        report, findings=tuple(kept), waived=tuple(Waived(finding, WAIVER) for finding in waived), stale=()
    )
    return Evaluation("prod", pack, report, manifests, manifests.resources)


def reviewed(text: str = UNSEEN) -> Evaluation:
    """Evaluation of `text` with a waiver for the kind without rules."""
    manifests = manifests_in({"pod.yaml": text.encode()})
    waivers = Waivers("policies/waivers.yaml", date(2027, 1, 31), (REVIEWED,), None)
    pack = replace(strictest(), waivers=waivers)
    return Evaluation("prod", pack, pack.check(manifests.resources), manifests, manifests.resources)
