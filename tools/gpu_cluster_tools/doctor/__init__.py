"""Checks of a stack's prerequisites: machine, checkout, account, quotas, cluster."""

from gpu_cluster_tools.doctor.check import Check, CheckStatus, counts
from gpu_cluster_tools.doctor.diagnose import diagnose
from gpu_cluster_tools.doctor.quota_requirements import QuotaRequirement, quota_requirements

__all__ = ["Check", "CheckStatus", "QuotaRequirement", "counts", "diagnose", "quota_requirements"]
