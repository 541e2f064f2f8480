"""Settings of pods that webhooks, plugins and drivers of a cluster act on, so no rule sees their effect."""

from __future__ import annotations

import re

from gpu_cluster_policies.resources.pod_fields import CONTAINERS
from gpu_cluster_policies.resources.resource import Pod

_ACTED_ON = (
    "k8s.v1.cni.cncf.io/networks",
    "sidecar.istio.io/proxyImage",
    "sidecar.istio.io/userVolume",
    "sidecar.istio.io/userVolumeMount",
    "v1.multus-cni.io/default-network",
)
"""Annotations with which Multus attaches networks, to which NetworkPolicies do not apply, and with which
Istio adds images and volumes.

Source: k8snetworkplumbingwg/multus-cni docs/how-to-use.md; istio.io, resource annotations; 2026-11-30.
"""

_KNOWN_DRIVERS = frozenset(("csi.cert-manager.io", "csi.spiffe.io", "secrets-store.csi.k8s.io"))
"""CSI drivers whose inline volumes have files for one pod alone."""

_DOWNLOADED = re.compile(r"\b(?:curl|wget)\b[^\n|;&]*\|[ \t]*(?:sudo[ \t]+)?(?:ba|da|z)?sh\b")
"""A download that a shell runs."""


def unseen_in_pod(pod: Pod) -> str:
    """Why a pod may do more than rules see; empty if it does not."""
    annotations = pod.template.at("metadata", "annotations")
    for name in _ACTED_ON if annotations.value else ():
        if annotations.at(name).value:
            return f"{annotations.at(name).path} changes the pod when it starts"
    for volume in pod.spec.at("volumes").items():
        driver = volume.at("csi", "driver")
        if driver.value is not None and driver.value not in _KNOWN_DRIVERS:
            return f"{driver.path} decides what it mounts"
    for container in (item for key in CONTAINERS for item in pod.spec.at(key).items()):
        for word in (item for key in ("command", "args") for item in container.at(key).items()):
            if _DOWNLOADED.search(word.text):
                return f"{word.path} runs what it downloads"
    return ""
