"""`python -m docs` writes the pages that come from the code, and the schema of the stack file."""

from pathlib import Path

from docs import architecture, commands, components, dashboards, limits, object_types, runbooks
from gpu_cluster.stack import reference, schema
from gpu_cluster_policies import reference as rules

_PROJECT = Path(__file__).parent.parent

_ALERTS = _PROJECT / "docs" / "alerts.md"
_ARCHITECTURE = _PROJECT / "docs" / "architecture.md"
_DASHBOARDS = _PROJECT / "docs" / "dashboards.md"
_LIMITS = _PROJECT / "docs" / "limits.md"
_RUNBOOKS = _PROJECT / "components/gpu_cluster/kubernetes/telemetry/rules/runbooks.json"

_RUNBOOKS.write_text(runbooks.text(_ALERTS.read_text()))  # first, because plans have them

for file, text in {
    "docs/architecture.md": architecture.with_picture(_ARCHITECTURE.read_text()),
    "docs/dashboards.md": dashboards.with_tables(_DASHBOARDS.read_text()),
    "docs/limits.md": limits.with_tables(_LIMITS.read_text()),
    "docs/reference/commands.md": commands.text(),
    "docs/reference/components.md": components.text(),
    "docs/reference/rules.md": rules.reference_text(),
    "docs/reference/stack-file.md": reference.reference_text(),
    "docs/reference/team-file.md": reference.team_reference_text(),
    "components/gpu_cluster/catalog/object_types.json": object_types.text(),
    "stacks/schema.json": schema.schema_text(schema.json_schema()),
    "stacks/team-schema.json": schema.schema_text(schema.team_json_schema()),
}.items():
    (_PROJECT / file).write_text(text)
