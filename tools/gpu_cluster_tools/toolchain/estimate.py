"""Number of tools that must be built, and an estimate of the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECONDS: Mapping[str, int] = {
    "pulumi": 200,
    "pulumi-language-python-exec": 1,
    "etcd": 27,
    "kwokctl": 62,
    "kwok": 16,
    "kube-apiserver": 174,
    "kube-controller-manager": 50,
    "kube-scheduler": 4,
    "karpenter-charts": 1,
    "kubelet": 15,
    "kube-proxy": 6,
    "ptp": 3,
    "loopback": 1,
    "host-local": 1,
    "coredns": 49,
    "network-policies": 74,
    "vllm": 1,
    "nvidia-device-plugin": 1,
    "pause": 1,
    "containerd": 40,
    "containerd-shim-runc-v2": 1,
    "ctr": 2,
    "pulumi-resource-kubernetes": 327,
    "device-plugin-config": 24,
    "nodeadm-reader": 57,
    "pulumi-resource-aws": 248,
    "node-problem-detector": 49,
    "client": 1,
    "prometheus": 117,
    "prometheus-adapter": 94,
    "kube-state-metrics": 81,
    "node-exporter": 12,
    "no-metrics": 1,
    "karpenter": 533,
    "envoy-gateway": 390,
    "cert-manager": 720,
    "aws-load-balancer-controller": 1320,
    "nvidia-k8s-device-plugin": 84,
    "gpu-feature-discovery": 161,
    "otel-collector": 480,
    "oci-registry": 120,
}
"""Builds from an empty cache, one after the other, in this order.

Measured 2026-11-30 on two cores, those after `no-metrics` on 2026-11-29 on cores that other work shared. A
later build finds packages that an earlier one compiled: kube-scheduler alone would take about as long as
kube-controller-manager.
"""

_ELSE = 60
_ENOUGH = 60
"""Seconds that have to be expected of finished builds before they say anything of this machine."""


@dataclass
class Estimate:
    """Time left of a build of several tools, by the pace of those that are done.

    estimate = Estimate(["etcd", "kwok"])
    estimate.said("etcd", 12)  # "1 of 2, 12s, about 1 min left"
    """

    missing: Sequence[str]
    """Names of the tools that have to be built, before the first of them is."""

    _took: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def total(self) -> float:
        """Seconds for all of them, before the first is built."""
        return sum(map(_expected, self.missing))

    def done(self, name: str, seconds: float) -> None:
        self._took[name] = seconds

    def position(self, name: str) -> str:
        """`3 of 10`."""
        started = len(self._took.keys() - {name}) + 1
        return f"{started} of {max(started, len(self.missing))}"

    def left(self, name: str, elapsed: float) -> float:
        """Seconds until the last tool is built, of which this one has taken some."""
        pace = self._pace()
        own = max(0.0, _expected(name) * pace - elapsed)
        return own + sum(_expected(it) for it in self.missing if it != name and it not in self._took) * pace

    def _pace(self) -> float:
        expected = sum(map(_expected, self._took))
        return sum(self._took.values()) / expected if expected >= _ENOUGH else 1.0


def in_words(seconds: float) -> str:
    """`about 9 min left`."""
    return f"{in_minutes(seconds)} left"


def in_minutes(seconds: float) -> str:
    """`about 9 min`."""
    return f"about {max(1, round(seconds / 60))} min"


def _expected(name: str) -> int:
    return SECONDS.get(name, _ELSE)
