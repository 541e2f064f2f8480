"""`python -m dashboards` writes Grafana's dashboards as the package carries them."""

from pathlib import Path

from dashboards import cost, fleet, model, pool, team
from dashboards.panels import as_json

FOLDER = Path(__file__).parents[1] / "components/gpu_cluster/kubernetes/telemetry/dashboards"

if __name__ == "__main__":
    for each in (fleet, pool, team, model, cost):
        name = each.__name__.rpartition(".")[2]
        (FOLDER / f"{name}.json").write_text(as_json(each.dashboard()))
