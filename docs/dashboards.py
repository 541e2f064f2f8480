"""The tables of docs/dashboards.md: each panel of each dashboard, as the files of the package have it."""

import json
import re

from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file
from gpu_cluster_policies.markup import table

_TABLES = re.compile(r"(<!-- dashboards -->\n).*?<!-- end -->", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with a section for each dashboard."""
    sections = "\n\n".join(_section(name) for name in DASHBOARDS)
    return _TABLES.sub(lambda found: f"{found[1]}{sections}\n<!-- end -->", page)


def _section(name: str) -> str:
    content = json.loads(dashboard_file(name))
    rows = [[panel["title"], panel["description"]] for panel in content["panels"]]
    lines = table(["panel", "content"], rows)
    return "\n".join([f"### {name.capitalize()}", "", content["description"], "", *lines])
