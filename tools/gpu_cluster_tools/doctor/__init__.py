"""Whether a stack would come up, before anything is made: machine, checkout, account, quotas, cluster."""

from gpu_cluster_tools.doctor.check import Check, Verdict, counts
from gpu_cluster_tools.doctor.examination import examine
from gpu_cluster_tools.doctor.needs import Need, needs_of

__all__ = ["Check", "Need", "Verdict", "counts", "examine", "needs_of"]
