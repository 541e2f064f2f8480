"""Untrusted text as GitHub Markdown, in comments, issues and run summaries."""

from gpu_cluster_policies.markup.markdown import LIMIT, block, code, table, text, visible

__all__ = ["LIMIT", "block", "code", "table", "text", "visible"]
