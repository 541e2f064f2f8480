"""`python -m docs` writes the pages that come from the code, and the schema of the stack file."""

from pathlib import Path

from components.stackfile import reference, schema
from policies import reference as rules

_PROJECT = Path(__file__).parent.parent

for file, text in {
    "docs/reference/rules.md": rules.reference_text(),
    "docs/reference/stack-file.md": reference.reference_text(),
    "stacks/schema.json": schema.schema_text(),
}.items():
    (_PROJECT / file).write_text(text)
