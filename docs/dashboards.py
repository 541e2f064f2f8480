"""The tables of docs/dashboards.md: each panel of each dashboard, as the files of the package have it."""

import json
import re

from gpu_cluster.kubernetes.telemetry.grafana import DASHBOARDS, dashboard_file
from gpu_cluster_policies.markup import table

_TABLES = re.compile(r"(<!-- dashboards -->\n).*?<!-- end -->", re.DOTALL)


_SHOWN = {
    "fleet": "Utilization, power, the XID and its alert are synthetic. Nodes, GPUs and pods are measured.",
    "pool": "All panels of GPUs are synthetic. CPU and disks are measured by node-exporter; the three nodes "
    "share one machine, and report that all of their memory is free. It has no InfiniBand or EFA adapter.",
    "team": "GPU utilization is synthetic, the price is the catalog's. All else is measured. Kubelets have "
    "no statistics of hostPath volumes.",
    "model": "GPU utilization is synthetic. All else is measured while up to 16 clients send requests.",
    "cost": "Prices are the catalog's, idle GPUs follow from synthetic utilization. All else is measured.",
}
"""Data of each picture: see the paragraph before the first one."""


def with_tables(page: str) -> str:
    """The page with a section for each dashboard."""
    sections = "\n\n".join(_section(name) for name in DASHBOARDS)
    return _TABLES.sub(lambda found: f"{found[1]}{sections}\n<!-- end -->", page)


def _section(name: str) -> str:
    content = json.loads(dashboard_file(name))
    rows = [[panel["title"], panel["description"]] for panel in content["panels"]]
    lines = table(["panel", "content"], rows)
    shown = f"![Dashboard {name}](pictures/dashboard-{name}.png)"
    text = [content["description"], "", shown, "", f"*{_SHOWN[name]}*"]
    return "\n".join([f"### {name.capitalize()}", "", *text, "", *lines])
