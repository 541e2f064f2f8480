"""Reports of findings: one module for each format."""

from gpu_cluster_policies.reports.evaluation import Evaluation
from gpu_cluster_policies.reports.json import json_text
from gpu_cluster_policies.reports.markdown import markdown_text
from gpu_cluster_policies.reports.sarif import sarif_text
from gpu_cluster_policies.reports.text import brief_text, plain_text

FORMATS = {"text": plain_text, "json": json_text, "sarif": sarif_text, "markdown": markdown_text}

__all__ = ["FORMATS", "Evaluation", "brief_text", "json_text", "markdown_text", "plain_text", "sarif_text"]
