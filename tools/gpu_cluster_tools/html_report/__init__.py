"""A stack on one page of HTML."""

from gpu_cluster_tools.html_report.report import html_report

__all__ = ["html_report"]
