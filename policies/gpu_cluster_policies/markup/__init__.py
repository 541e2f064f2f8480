"""Words of anyone as GitHub shows them: in comments, in issues and in the summary of a run."""

from gpu_cluster_policies.markup.markdown import LIMIT, block, code, table, text, visible

__all__ = ["LIMIT", "block", "code", "table", "text", "visible"]
