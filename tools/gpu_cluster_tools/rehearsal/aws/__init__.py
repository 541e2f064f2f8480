"""An AWS that the real engine and the unmodified pulumi_aws SDK talk to, on this machine."""

from gpu_cluster_tools.rehearsal.aws.account import Account

__all__ = ["Account"]
