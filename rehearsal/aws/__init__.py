"""An AWS that the real engine and the unmodified pulumi_aws SDK talk to, on this machine."""

from rehearsal.aws.account import Account

__all__ = ["Account"]
