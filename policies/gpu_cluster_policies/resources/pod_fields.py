"""Field names of pods, and of other fields that configure a pod."""

from __future__ import annotations


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


CONTAINERS = ("initContainers", "containers", "ephemeralContainers")

POD_SPEC = _of(
    "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy "
    "enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname "
    "hostnameOverride imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy "
    "priority priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName "
    "schedulerName schedulingGates securityContext serviceAccount serviceAccountName setHostnameAsFQDN "
    "shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints "
    "volumes workloadRef"
)
"""Fields of PodSpec. Source: Kubernetes API reference v1.35, read 2026-11-30."""

CONTAINER = _of(
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe "
    "resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce "
    "targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
    "workingDir"
)
"""Fields of Container and EphemeralContainer, from the same reference."""

OF_PODS = _of(
    "automountServiceAccountToken command containerSecurityContext containers env envFrom "
    "ephemeralContainers hostIPC hostNetwork hostPID hostPath imagePullPolicy initContainers manifest "
    "modelFormat podSecurityContext podSpecPatch privileged securityContext serviceAccount "
    "serviceAccountName sidecars storageUri volumeDevices volumeMounts"
)
"""Fields that configure a pod: pod fields with unambiguous names, and fields of operators.

`serviceAccountName` beside pod templates (Argo Workflows) is that of the pods; `modelFormat` and `storageUri`
(KServe) make a container of a serving runtime; `podSpecPatch` and `manifest` (Argo Workflows) are pods as
text.
"""
