"""Whether a stack would come up, before anything is made: machine, checkout, account, quotas, cluster."""

from doctor.check import Check, Verdict, counts
from doctor.examination import examine
from doctor.needs import Need, needs_of

__all__ = ["Check", "Need", "Verdict", "counts", "examine", "needs_of"]
