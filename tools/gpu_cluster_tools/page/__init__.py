"""A stack on one page of HTML."""

from gpu_cluster_tools.page.page import page_of

__all__ = ["page_of"]
