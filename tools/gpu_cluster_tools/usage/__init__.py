"""Usage of a running platform over a period, from the samples of its Prometheus."""

from gpu_cluster_tools.usage.period import Period, PeriodError, period_of
from gpu_cluster_tools.usage.prometheus import NoUsageError, Prometheus, prometheus_at, prometheus_of
from gpu_cluster_tools.usage.read import usage_in

__all__ = [
    "NoUsageError",
    "Period",
    "PeriodError",
    "Prometheus",
    "period_of",
    "prometheus_at",
    "prometheus_of",
    "usage_in",
]
